import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// A terminal that a test reads: the bytes that the program writes to it.
final class PseudoTerminal: Sendable {
    /// The device for the program.
    let path: String
    private let descriptor: Int32
    private let bytes = Mutex<[UInt8]>([])

    /// The requests that `unlockpt` and `ptsname` send. Glibc's module does not declare those functions.
    private static let (unlock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    init() throws {
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        var (locked, name): (CInt, CUnsignedInt) = (0, 0)
        try #require(descriptor >= 0)
        try #require(ioctl(descriptor, Self.unlock, &locked) == 0 && ioctl(descriptor, Self.number, &name) == 0)
        path = "/dev/pts/\(name)"
    }

    deinit { close(descriptor) }

    /// Runs a command with the terminal as its output and standard error, and returns everything that it wrote.
    func output(of words: [String], _ environment: [String: String]) async throws -> String {
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", path] + words
        process.environment = environment
        try process.run()
        // A terminal buffers little, so it is read while the program runs.
        let ended = await eventually {
            read()
            return !process.isRunning
        }
        if !ended { process.terminate() }
        try #require(ended)
        read()
        return String(decoding: bytes.withLock { $0 }, as: UTF8.self)
    }

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return }
            bytes.withLock { $0 += buffer[..<count] }
        }
    }
}
