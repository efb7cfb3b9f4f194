internal import Glibc
internal import LaunchHost
internal import Synchronization

/// Serves short-lived credentials to the hosts of one job: one document at one unguessable path, at an address that
/// only this machine and the job's own network reach.
final class CredentialsServer: Sendable {
    /// The port that the server listens on.
    let port: UInt16
    private let listening: Task<Void, Never>

    /// Listens; `port` 0 selects a free one. Other users of the machine reach the port and must not exhaust this
    /// process's descriptors, so connections above `mostConnections` are closed without a reply.
    /// - Throws: `unavailable` if the address or the port cannot be used.
    init(
        address: String, port: UInt16, path: String, credentials: any CredentialsOffering, role: AssumedRole?,
        log: Logger, mostConnections: Int = 64
    ) throws(BackendError) {
        let socket = Glibc.socket(
            AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Self.failure(address, port) }
        var on: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        guard inet_pton(AF_INET, address, &place.sin_addr) == 1 else {
            close(socket)
            throw BackendError(.invalid, "'\(address)' is not an address for credentials.")
        }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) == 0 }
        }
        guard isBound, listen(socket, 16) == 0 else {
            let failure = Self.failure(address, port)
            close(socket)
            throw failure
        }
        _ = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        self.port = UInt16(bigEndian: place.sin_port)
        let open = OpenConnections(most: mostConnections)
        listening = Task {
            defer { close(socket) }
            while !Task.isCancelled {
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else {
                    // Requests are rare and small, so a short wait is acceptable.
                    try? await Task.sleep(for: .milliseconds(20))
                    continue
                }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                guard open.begin() else {
                    close(connection)
                    continue
                }
                Task {
                    await Self.serve(connection, path, credentials, role, log)
                    open.end()
                }
            }
        }
    }

    /// Stops accepting connections. Returns when the port is free.
    func stop() async {
        listening.cancel()
        await listening.value
    }

    private static func failure(_ address: String, _ port: UInt16) -> BackendError {
        BackendError(
            .unavailable, "Nothing can be served at \(address):\(port): \(String(cString: strerror(errno))).")
    }

    // MARK: one connection

    private static func serve(
        _ connection: Int32, _ path: String, _ credentials: any CredentialsOffering, _ role: AssumedRole?,
        _ log: Logger
    ) async {
        defer { close(connection) }
        guard let asked = await request(connection) else { return }
        guard asked == path else { return await answer(connection, "404 Not Found", "{\"message\":\"not found\"}") }
        do throws(BackendError) {
            let document = try await credentials.containerCredentials(of: role).document
            await answer(connection, "200 OK", document.reveal())
        } catch {
            log.warning("a container gets no credentials", ["error": error.description])
            await answer(connection, "503 Service Unavailable", "{\"message\":\"no credentials at the moment\"}")
        }
    }

    /// The path of a GET request; nil for any other request.
    private static func request(_ connection: Int32) async -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        for _ in 0..<400 {
            let count = recv(connection, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                bytes += buffer[..<count]
                let text = String(decoding: bytes, as: UTF8.self)
                if text.contains("\r\n\r\n") {
                    let words = text.prefix { $0 != "\r\n" }.split(separator: " ")
                    return words.count == 3 && words[0] == "GET" ? String(words[1]) : nil
                }
                if bytes.count > 16_384 { return nil }
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                return nil
            } else {
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
        return nil
    }

    private static func answer(_ connection: Int32, _ status: String, _ body: String) async {
        let text =
            "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Cache-Control: no-store\r\nConnection: close\r\n\r\n\(body)"
        var rest = Array(text.utf8)[...]
        for _ in 0..<400 where !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN || errno == EINTR {
                try? await Task.sleep(for: .milliseconds(5))
            } else {
                return
            }
        }
    }
}

/// Counts and limits the open connections.
private final class OpenConnections: Sendable {
    private let most: Int
    private let count = Mutex(0)

    init(most: Int) { self.most = most }

    func begin() -> Bool {
        count.withLock { count in
            guard count < most else { return false }
            count += 1
            return true
        }
    }

    func end() { count.withLock { $0 -= 1 } }
}
