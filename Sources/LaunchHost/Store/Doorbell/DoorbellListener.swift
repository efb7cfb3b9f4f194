// A dispatch source may be used from any thread; its type does not say so.
@preconcurrency import Dispatch
import Glibc

/// Hears when the store changes, from any process, without asking again and again.
public final class DoorbellListener: Sendable {
    /// An element whenever something has changed since the last one was taken; several changes may be one element. For
    /// one consumer. Ends when the listener is closed.
    public let rings: AsyncStream<Void>

    private let continuation: AsyncStream<Void>.Continuation
    private let source: any DispatchSourceRead
    private let path: String

    /// Hangs up a bell in the folder.
    init(folder: String) throws(StoreError) {
        let name = "\(getpid())-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let (draft, path) = ("\(folder)/.\(name)", "\(folder)/\(name)")
        guard mkfifo(draft, 0o600) == 0 else {
            throw StoreError(
                .denied, "The named pipe '\(draft)' cannot be made: \(Files.reason()).",
                hint: "Set LAUNCH_HOME to a folder of your own on a local disk.")
        }
        // Both ends, so that the pipe never reads as ended. Renamed only when it is open: whoever rings takes a pipe
        // without a reader for a dead one and removes it.
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
        rings = stream
        self.continuation = continuation
        self.source = source
        self.path = path
    }

    /// Takes the bell down; the stream ends soon after.
    public func close() {
        // At once: what cancelling does comes later, and the process may have ended by then.
        unlink(path)
        source.cancel()
    }

    deinit {
        close()
    }
}
