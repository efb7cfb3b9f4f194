// A dispatch source can be used on any thread, but its type does not declare it.
@preconcurrency import Dispatch
import Glibc

/// Reports changes of the store by any process, without polling.
public final class StoreListener: Sendable {
    /// One element for one or more changes since the last element. For a single consumer. The stream ends when the
    /// listener is closed.
    public let rings: AsyncStream<Void>

    private let stop: @Sendable () -> Void

    init(_ rings: AsyncStream<Void>, stop: @escaping @Sendable () -> Void) {
        self.rings = rings
        self.stop = stop
    }

    /// Ends the stream soon.
    public func close() { stop() }

    deinit { stop() }
}

extension StoreListener {
    /// A listener with a named pipe in the folder.
    convenience init(folder: String) throws(StoreError) {
        let name = "\(getpid())-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let (draft, path) = ("\(folder)/.\(name)", "\(folder)/\(name)")
        guard mkfifo(draft, 0o600) == 0 else {
            throw StoreError(
                .denied, "The named pipe '\(draft)' cannot be made: \(Files.reason()).",
                hint: "Set LAUNCH_HOME to a folder of your own on a local disk.")
        }
        // Both ends are opened, so that reading never returns the end of the file. The pipe is renamed after it is
        // open, because a process that rings removes a pipe without a reader.
        let pipe = open(draft, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard pipe >= 0, rename(draft, path) == 0 else {
            let reason = Files.reason()
            unlink(draft)
            if pipe >= 0 { Glibc.close(pipe) }
            throw StoreError(.inputOutput, "The named pipe '\(path)' cannot be opened: \(reason).")
        }
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let source = DispatchSource.makeReadSource(fileDescriptor: pipe)
        source.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while read(pipe, &buffer, buffer.count) > 0 {}
            continuation.yield()
        }
        source.setCancelHandler {
            Glibc.close(pipe)
            continuation.finish()
        }
        source.activate()
        self.init(stream) {
            // The pipe is removed at once: the cancel handler runs later, and the process may have ended by then.
            unlink(path)
            source.cancel()
        }
    }
}
