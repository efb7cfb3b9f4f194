import Glibc
import Testing

/// A full named pipe. A process that writes to it blocks until it is drained.
final class FullPipe: Sendable {
    let path: String
    private let file: Int32

    init(_ path: String) throws {
        self.path = path
        try #require(mkfifo(path, 0o600) == 0)
        // With both modes, it opens without a process at the other end.
        file = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        try #require(file >= 0)
        let dots = [UInt8](repeating: UInt8(ascii: "."), count: 4096)
        while write(file, dots, dots.count) > 0 {}
        while write(file, dots, 1) > 0 {}
    }

    deinit { close(file) }

    /// Reads and discards all data, until the task is cancelled.
    func drain() async throws {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            while read(file, &bytes, bytes.count) > 0 {}
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
