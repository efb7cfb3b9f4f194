import CLaunchLinux
import Glibc
import Synchronization

/// This program's end of a pipe that the child writes to.
final class PipeReader: Sendable {
    private let descriptor: Int32
    private struct State {
        var isClosing = false
        var wait: Task<Void, Never>?
    }
    private let state = Mutex(State())

    /// The most bytes to read after the program has ended: the largest pipe that an ordinary user can make.
    private static let rest = 1 << 20

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Ends the reading once the pipe is empty: bytes in the pipe are still read, but the reader waits for no more.
    func finishSoon() {
        state.withLock { state in
            state.isClosing = true
            return state.wait
        }?.cancel()
    }

    /// Delivers the output in pieces until its end, `finishSoon`, or a cancellation.
    func forEachPiece(_ take: (ArraySlice<UInt8>) async -> Void) async {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var left = Self.rest
        while !Task.isCancelled {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                await take(buffer[..<count])
                if state.withLock(\.isClosing) { left -= count }
                if left <= 0 { return }
            } else if count < 0, errno == EAGAIN {
                guard await waitForMore() else { return }
            } else if count == 0 || errno != EINTR {
                return
            }
        }
    }

    /// False if the reader must not wait any longer.
    private func waitForMore() async -> Bool {
        let descriptor = descriptor
        let wait = state.withLock { state -> Task<Void, Never>? in
            guard !state.isClosing else { return nil }
            // A separate task, so that the wait can be cancelled without cancelling the reader.
            let wait = Task { await Poller.shared.wait(descriptor) }
            state.wait = wait
            return wait
        }
        guard let wait else { return false }
        await withTaskCancellationHandler {
            await wait.value
        } onCancel: {
            wait.cancel()
        }
        return true
    }
}

/// This program's end of a pipe that the child reads from.
enum PipeWriter {
    /// Writes the bytes, or as many as the child reads, and closes the pipe.
    static func write(_ bytes: [UInt8], to descriptor: Int32) async {
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty, !Task.isCancelled {
            let (count, code) = QuietWrite.write(rest, to: descriptor)
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if code == EAGAIN {
                await Poller.shared.wait(descriptor, toWrite: true)
            } else if code != EINTR {
                return
            }
        }
    }
}
