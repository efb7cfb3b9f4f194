internal import CLaunchLinux
public import Foundation
internal import Glibc
import Synchronization

/// A program that a test starts, with the interface of Foundation's `Process` as far as tests need it.
///
/// On Linux, a child of `Process` may inherit pipes that other threads have just made, and keeps them open. Readers of
/// such a pipe, and `waitUntilExit`, then wait until that child ends. This child has only its three standard streams.
public final class ChildProcess: Sendable {
    /// The program does not start.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private struct State: @unchecked Sendable {
        var executableURL: URL?
        var arguments: [String] = []
        var environment: [String: String]?
        /// Each a `Pipe`, a `FileHandle`, or nil for the stream of this process.
        var streams: [Any?] = [nil, nil, nil]
        /// 0 before the start.
        var pid: pid_t = 0
        /// What `waitpid` has returned; nil before the end.
        var status: Int32?

        var isLive: Bool { pid > 0 && status == nil }
    }

    private let state = Mutex(State())

    public init() {}

    deinit {
        let pid = state.withLock { $0.isLive ? $0.pid : 0 }
        guard pid > 0 else { return }
        // Nothing of a child may stay when it has ended.
        Thread.detachNewThread { _ = Self.wait(pid, 0) }
    }

    public var executableURL: URL? {
        get { state.withLock(\.executableURL) }
        set { state.withLock { $0.executableURL = newValue } }
    }
    public var arguments: [String] {
        get { state.withLock(\.arguments) }
        set { state.withLock { $0.arguments = newValue } }
    }
    /// Nil for the environment of this process.
    public var environment: [String: String]? {
        get { state.withLock(\.environment) }
        set { state.withLock { $0.environment = newValue } }
    }

    /// Sets the three standard streams: each a `Pipe`, a `FileHandle`, or nil for the stream of this process.
    public func setStreams(input: Any? = nil, output: Any? = nil, errors: Any? = nil) {
        nonisolated(unsafe) let streams = [input, output, errors]
        state.withLock { $0.streams = streams }
    }

    public var processIdentifier: Int32 { state.withLock(\.pid) }

    /// Starts the program in a process group of its own.
    public func run() throws {
        let setup = state.withLock { $0 }
        let path = setup.executableURL?.path ?? ""
        let variables = setup.environment ?? ProcessInfo.processInfo.environment
        let words = ([path] + setup.arguments).map { strdup($0) } + [nil]
        let settings = variables.map { strdup("\($0)=\($1)") } + [nil]
        let descriptors = setup.streams.enumerated().map { number, stream in
            if let handle = stream as? FileHandle, handle === FileHandle.nullDevice {
                return open("/dev/null", O_RDWR | O_CLOEXEC)
            }
            return fcntl(Self.descriptor(stream, number), F_DUPFD_CLOEXEC, 3)
        }
        defer {
            for text in words + settings { free(text) }
            for descriptor in descriptors { close(descriptor) }
        }
        var pid: pid_t = 0
        let code = words.withUnsafeBufferPointer { words in
            settings.withUnsafeBufferPointer { settings in
                var child = launch_child()
                child.path = words[0].map { UnsafePointer($0) }
                child.arguments = words.baseAddress
                child.environment = settings.baseAddress
                child.streams = (descriptors[0], descriptors[1], descriptors[2])
                child.rules = -1
                return launch_spawn(&child, &pid)
            }
        }
        guard code == 0 else { throw Failure(description: "\(path): \(String(cString: strerror(code)))") }
        state.withLock { $0.pid = pid }
        // The child's ends, so that this process sees the end of its output.
        var closed: [Pipe] = []
        for (number, stream) in setup.streams.enumerated() {
            guard let pipe = stream as? Pipe, !closed.contains(where: { $0 === pipe }) else { continue }
            try? (number == 0 ? pipe.fileHandleForReading : pipe.fileHandleForWriting).close()
            closed.append(pipe)
        }
    }

    public var isRunning: Bool {
        state.withLock { state in
            if state.isLive { state.status = Self.wait(state.pid, WNOHANG) }
            return state.isLive
        }
    }

    /// Waits for the end of the program. It blocks the thread.
    public func waitUntilExit() {
        let pid = state.withLock { $0.isLive ? $0.pid : 0 }
        guard pid > 0 else { return }
        let status = Self.wait(pid, 0)
        state.withLock { $0.status = $0.status ?? status ?? 0 }
    }

    /// The exit code, or the number of the signal that ended the program; 0 before its end.
    public var terminationStatus: Int32 {
        let status = state.withLock { $0.status ?? 0 }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : status & 0x7f
    }

    public func terminate() {
        // After its end, the number may be that of another process.
        state.withLock { if $0.isLive { kill($0.pid, SIGTERM) } }
    }

    private static func wait(_ pid: pid_t, _ options: Int32) -> Int32? {
        var status: Int32 = 0
        while true {
            let found = waitpid(pid, &status, options)
            if found == pid { return status }
            if found == 0 || errno != EINTR { return nil }
        }
    }

    private static func descriptor(_ stream: Any?, _ number: Int) -> Int32 {
        if let pipe = stream as? Pipe {
            return (number == 0 ? pipe.fileHandleForReading : pipe.fileHandleForWriting).fileDescriptor
        }
        return (stream as? FileHandle)?.fileDescriptor ?? Int32(number)
    }
}
