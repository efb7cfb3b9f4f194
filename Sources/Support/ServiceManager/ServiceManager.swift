internal import Glibc

/// The manager that runs this process as a service, such as systemd, by the protocol of sd_notify: each message is one
/// datagram with lines `NAME=VALUE`.
public struct ServiceManager: Sendable {
    /// What a service says about itself.
    public enum State: Sendable, Hashable {
        /// It has started, and serves.
        case ready
        /// It is well. A manager with a watchdog ends a service that does not say so in time.
        case alive
        /// It is about to end.
        case stopping
        /// What it does, in one line for people.
        case status(String)

        /// The line of the protocol. A line break would begin another one.
        var line: String {
            switch self {
            case .ready: "READY=1"
            case .alive: "WATCHDOG=1"
            case .stopping: "STOPPING=1"
            case .status(let text): "STATUS=\(text.split(whereSeparator: \.isNewline).joined(separator: " "))"
            }
        }
    }

    /// A message that could not be sent.
    public struct Failure: Error, CustomStringConvertible {
        let path: String
        let code: Int32
        public var description: String {
            "The service manager's socket '\(path)' cannot be reached: \(String(cString: strerror(code)))."
        }
    }

    /// The path of the socket. One that begins with `@` has no file; the kernel keeps its name.
    private let path: String
    /// How long the manager waits for `alive` before it ends the service; nil without a watchdog.
    public let watchdog: Duration?

    /// The manager of this process; nil if no manager waits for messages.
    /// - Parameters:
    ///   - variables: the environment of the process. `NOTIFY_SOCKET` names the socket. `WATCHDOG_USEC` is the limit of
    ///     the watchdog in microseconds, and `WATCHDOG_PID` the process that it is for.
    ///   - process: the ID of the process; nil for this one.
    public init?(variables: [String: String], process: Int32? = nil) {
        guard let path = variables["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"), path.utf8.count > 1
        else { return nil }
        self.path = path
        let isOurs = variables["WATCHDOG_PID"].map { Int32($0) == process ?? getpid() } ?? true
        let limit = variables["WATCHDOG_USEC"].flatMap { Int64($0) }
        watchdog = isOurs ? limit.flatMap { $0 > 0 ? .microseconds($0) : nil } : nil
    }

    /// Sends one message. Does not wait: a manager whose queue is full gets the next one.
    /// - Throws: `Failure` if the socket is gone or its path is too long.
    public func send(_ states: [State]) throws(Failure) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Failure(path: path, code: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            room.copyBytes(from: bytes)
            if bytes[0] == UInt8(ascii: "@") { room[0] = 0 }
        }
        // A name without a file ends with its last byte.
        let size = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (bytes[0] == UInt8(ascii: "@") ? 0 : 1))
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(path: path, code: errno) }
        defer { close(descriptor) }
        let message = Array(states.map(\.line).joined(separator: "\n").utf8)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), $0, size)
            }
        }
        let code = errno
        guard sent == message.count || code == EAGAIN else { throw Failure(path: path, code: code) }
    }
}
