import CLaunchMicroHTTPD
import Glibc
import LaunchConcurrency
import Synchronization

// All unsafe code for libmicrohttpd, which calls the functions below on its own thread.

/// libmicrohttpd's daemon, and the requests that wait for their handler.
final class Daemon: Sendable {
    /// Unchecked, because the compiler cannot check a pointer. libmicrohttpd permits any thread to stop a daemon and to
    /// resume a suspended connection, but only once. Each pointer is in `State`, and the thread that uses it removes it
    /// there under the lock. `stop` removes the daemon's pointer; `stop` or the handler removes a connection's pointer.
    /// libmicrohttpd does not free the object before that.
    private struct Pointer: @unchecked Sendable {
        let raw: OpaquePointer
    }

    private struct Waiting {
        let pointer: Pointer
        let handler: Task<Void, Never>
    }

    private struct State {
        var daemon: Pointer?
        /// Requests whose connections are suspended until their handler has ended.
        var waiting: [ObjectIdentifier: Waiting] = [:]
        var isStopped = false
    }

    private let limits: HTTPServer.Limits
    private let handler: HTTPServer.Handler
    private let state = Mutex(State())

    init(_ limits: HTTPServer.Limits, _ handler: @escaping HTTPServer.Handler) {
        self.limits = limits
        self.handler = handler
    }

    /// Starts the thread. Returns the port.
    func start(_ address: String, _ port: UInt16) throws(HTTPServerError) -> UInt16 {
        guard let place = Self.place(address, port) else {
            throw HTTPServerError(code: .badAddress, description: "'\(address)' is not an IP address")
        }
        // `stop` ends the thread before this object can be released, so the thread needs no reference of its own.
        let context = Unmanaged.passUnretained(self).toOpaque()
        let limits = limits.fitting(descriptors: Self.mostDescriptors)
        let seconds = max(1, (limits.exchangeTime / .seconds(1)).rounded(.up))
        let (raw, code) = withUnsafePointer(to: place) { place in
            var options = launch_mhd_options()
            options.address = place
            options.connections = UInt32(clamping: limits.connections)
            options.connections_per_address = UInt32(clamping: limits.connectionsPerAddress)
            // It counts silence only. `Connection` limits the whole time.
            options.timeout_seconds = UInt32(min(seconds, 86_400))
            options.memory_per_connection = limits.connectionBytes
            options.context = context
            options.request = takeRequest
            options.connection = notifyConnection
            options.target = takeTarget
            options.unescape = keepEscapes
            return QuietThread.withSignalsBlocked { () -> (OpaquePointer?, Int32) in
                errno = 0
                return (launch_mhd_start(&options), errno)
            }
        }
        guard let raw else {
            let reason = code == 0 ? "libmicrohttpd cannot start" : String(cString: strerror(code))
            throw HTTPServerError(code: .unavailable, description: reason)
        }
        let pointer = Pointer(raw: raw)
        state.withLock { $0.daemon = pointer }
        return launch_mhd_port(raw)
    }

    /// The number of files that the process may open.
    private static var mostDescriptors: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// The address for the system; nil if the text is not one.
    private static func place(_ address: String, _ port: UInt16) -> sockaddr_storage? {
        var storage = sockaddr_storage()
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        if inet_pton(AF_INET, address, &place.sin_addr) == 1 {
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: place, as: sockaddr_in.self) }
            return storage
        }
        var long = sockaddr_in6()
        long.sin6_family = sa_family_t(AF_INET6)
        long.sin6_port = port.bigEndian
        guard inet_pton(AF_INET6, address, &long.sin6_addr) == 1 else { return nil }
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: long, as: sockaddr_in6.self) }
        return storage
    }

    /// Ends the thread. The handlers' results are dropped.
    func stop() {
        let daemon = state.withLock { state -> Pointer? in
            state.isStopped = true
            // libmicrohttpd ends the process if a connection is suspended when its daemon stops.
            for request in state.waiting.values {
                MHD_resume_connection(request.pointer.raw)
                request.handler.cancel()
            }
            state.waiting = [:]
            defer { state.daemon = nil }
            return state.daemon
        }
        if let daemon { MHD_stop_daemon(daemon.raw) }
    }

    /// A connection for the client that has just connected.
    func connected(_ raw: OpaquePointer) -> Connection {
        Connection(socket: launch_mhd_socket(raw), limit: limits.exchangeTime)
    }

    /// Suspends the connection and starts the handler. False after `stop`.
    func handle(_ request: HTTPServerRequest, _ connection: Connection, _ raw: OpaquePointer) -> Bool {
        let pointer = Pointer(raw: raw)
        let key = ObjectIdentifier(connection)
        return state.withLock { state in
            guard !state.isStopped else { return false }
            MHD_suspend_connection(raw)
            let task = Task {
                let response = await handler(request)
                self.state.withLock { state in
                    guard let waiting = state.waiting.removeValue(forKey: key) else { return }
                    connection.answer(response)
                    MHD_resume_connection(waiting.pointer.raw)
                }
            }
            state.waiting[key] = Waiting(pointer: pointer, handler: task)
            return true
        }
    }
}

// The functions that libmicrohttpd calls. `context` is the `Daemon`. What it stores for a connection is a retained
// `Connection`.

private func connection(_ raw: OpaquePointer) -> Connection? {
    launch_mhd_stored(raw).map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
}

private let notifyConnection: MHD_NotifyConnectionCallback = { context, raw, stored, code in
    guard let context, let raw, let stored else { return }
    if launch_mhd_has_started(code) != 0 {
        let daemon = Unmanaged<Daemon>.fromOpaque(context).takeUnretainedValue()
        stored.pointee = Unmanaged.passRetained(daemon.connected(raw)).toOpaque()
    } else if let pointer = stored.pointee {
        // The socket is still open here and is closed afterwards.
        Unmanaged<Connection>.fromOpaque(pointer).takeRetainedValue().closed()
        stored.pointee = nil
    }
}

/// Called for the request line, before anything is decoded.
private let takeTarget:
    @convention(c) (
        UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?
    ) -> UnsafeMutableRawPointer? = { _, target, raw in
        if let raw, let target { connection(raw)?.target = String(cString: target) }
        return nil
    }

private let keepEscapes:
    @convention(c) (
        UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<CChar>?
    ) -> Int = { _, _, text in text.map { strlen($0) } ?? 0 }

/// Called when the head is complete, for each piece of a body, when the request is complete, and after a resume.
private let takeRequest: MHD_AccessHandlerCallback = { context, raw, _, method, _, _, size, _ in
    guard let context, let raw, let method, let size, let connection = connection(raw) else { return launch_mhd_no }
    guard size.pointee == 0 else { return launch_mhd_no }
    switch connection.next() {
    case .readOn:
        return launch_mhd_yes
    case .handle:
        let request = HTTPServerRequest(
            method: String(cString: method), target: connection.target, headers: headers(of: raw))
        let daemon = Unmanaged<Daemon>.fromOpaque(context).takeUnretainedValue()
        return daemon.handle(request, connection, raw) ? launch_mhd_yes : launch_mhd_no
    case .answer(let response):
        return queue(response, raw)
    case .close:
        return launch_mhd_no
    }
}

private func headers(of raw: OpaquePointer) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    withUnsafeMutablePointer(to: &headers) { headers in
        launch_mhd_each_header(
            raw,
            { context, _, name, value in
                guard let context, let name else { return launch_mhd_yes }
                let headers = context.assumingMemoryBound(to: [(name: String, value: String)].self)
                headers.pointee.append((String(cString: name), value.map { String(cString: $0) } ?? ""))
                return launch_mhd_yes
            }, headers)
    }
    return headers
}

private func queue(_ response: HTTPServerResponse, _ raw: OpaquePointer) -> MHD_Result {
    var body = response.body
    guard let made = launch_mhd_response(body.count, &body) else { return launch_mhd_no }
    defer { MHD_destroy_response(made) }
    for (name, value) in response.headers + [("Connection", "close")] {
        // Refused if it contains a line end.
        guard MHD_add_response_header(made, name, value) == launch_mhd_yes else { return launch_mhd_no }
    }
    return MHD_queue_response(raw, UInt32(clamping: response.status), made)
}
