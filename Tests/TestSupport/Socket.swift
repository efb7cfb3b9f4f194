import Glibc

/// POSIX calls of the loopback server. All unsafe code is here.
struct Socket {
    /// The address of a server.
    enum Address {
        case tcp
        case unix(String)
    }

    let descriptor: Int32
    /// The TCP port; 0 for a unix socket.
    let port: Int

    /// A listening socket on a free port of 127.0.0.1, or at a new path.
    static func listening(on address: Address) -> Socket? {
        switch address {
        case .tcp: return listeningTCP()
        case .unix(let path): return listeningUnix(path)
        }
    }

    private static func listeningTCP() -> Socket? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let ready = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 512) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard ready else {
            close(descriptor)
            return nil
        }
        return Socket(descriptor: descriptor, port: Int(UInt16(bigEndian: address.sin_port)))
    }

    private static func listeningUnix(_ path: String) -> Socket? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        let ready = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                    && listen(descriptor, 512) == 0
            }
        }
        guard fits, ready else {
            close(descriptor)
            return nil
        }
        return Socket(descriptor: descriptor, port: 0)
    }

    /// A connection to a real server; nil if nothing listens there.
    static func connecting(to upstream: HostileProxy.Upstream) -> Int32? {
        switch upstream {
        case .port(let port):
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
            return connected(descriptor, &address)
        case .socket(let path):
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
                guard path.utf8.count < room.count else { return false }
                room.copyBytes(from: path.utf8)
                return true
            }
            guard fits else {
                close(descriptor)
                return nil
            }
            return connected(descriptor, &address)
        }
    }

    private static func connected<Address>(_ descriptor: Int32, _ address: inout Address) -> Int32? {
        guard descriptor >= 0 else { return nil }
        let isReady = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size)) == 0
            }
        }
        guard isReady else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Whether bytes, or the end of the connection, arrive in the given time.
    static func hasBytes(_ descriptor: Int32, within seconds: Double) -> Bool {
        var look = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&look, 1, Int32(seconds * 1000)) > 0
    }

    /// Whether the peer has closed the connection.
    static func hasEnded(_ descriptor: Int32) -> Bool {
        guard hasBytes(descriptor, within: 0) else { return false }
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) <= 0
    }

    /// Waits until the peer closes the connection, or the time is up.
    static func waitForEnd(_ descriptor: Int32, seconds: Double) {
        var left = seconds
        while left > 0, !hasEnded(descriptor) {
            var look = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&look, 1, 100)
            left -= 0.1
        }
    }

    /// The next connection; nil after the socket is shut down.
    func accept() -> Int32? {
        let connection = Glibc.accept(descriptor, nil, nil)
        guard connection >= 0 else { return nil }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        // Head and body are sent separately. Without TCP_NODELAY, the body waits 40 ms for the peer's acknowledgement.
        var on: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return connection
    }

    /// Some bytes; empty at the end.
    static func receive(_ descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
            count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
        }
    }

    /// Sends what fits now, and waits for room first. Nil if the peer has closed the connection.
    static func send(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Int? {
        let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        return count < 0 ? nil : count
    }

    /// Turns the next close into a reset that drops unsent data.
    static func resetOnClose(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
