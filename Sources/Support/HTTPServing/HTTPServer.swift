/// A small HTTP/1.1 server for one address of this machine, on libmicrohttpd.
///
/// libmicrohttpd reads requests and writes responses on one thread of its own. A handler is an async function, so a
/// slow handler delays no other request. A connection carries one request. Requests with a body are refused. Any client
/// that reaches the port may be hostile, so `Limits` bounds the resources of each client.
public final class HTTPServer: Sendable {
    /// Returns the response to a request; nil closes the connection without a response. Cancelled when the server stops.
    public typealias Handler = @Sendable (HTTPServerRequest) async -> HTTPServerResponse?

    /// The port that the server listens on.
    public let port: UInt16
    private let daemon: Daemon

    /// Starts to listen; `port` 0 selects a free one.
    /// - Parameter address: an IP address, such as `127.0.0.1` or `::1`. `::` also gets the clients of IPv4.
    /// - Throws: if the text is not an address, or the address or the port cannot be used.
    public init(
        address: String, port: UInt16, limits: Limits = Limits(), handler: @escaping Handler
    ) throws(HTTPServerError) {
        daemon = Daemon(limits, handler)
        self.port = try daemon.start(address, port)
    }

    deinit {
        daemon.stop()
    }

    /// Closes all connections and cancels the handlers. Returns when the port is free. A second call has no effect.
    public func stop() {
        daemon.stop()
    }
}

extension HTTPServer {
    /// The bounds of the resources that clients can use.
    public struct Limits: Sendable, Equatable {
        /// The number of open connections. Others wait in the kernel's queue until one ends. Fewer are open if the
        /// process may open few files: connections take at most an eighth of its descriptors.
        public var connections: Int
        /// The number of open connections from one address. Others are closed without a response.
        public var connectionsPerAddress: Int
        /// How long a client may take to send its request, and then to receive the response. The handler's time does
        /// not count.
        public var exchangeTime: Duration
        /// The memory of a connection in bytes. The head of a larger request is refused.
        public var connectionBytes: Int

        /// Limits with defaults for a server that has few and small requests.
        public init(
            connections: Int = 128, connectionsPerAddress: Int = 64, exchangeTime: Duration = .seconds(5),
            connectionBytes: Int = 16 << 10
        ) {
            self.connections = max(1, connections)
            self.connectionsPerAddress = max(1, connectionsPerAddress)
            self.exchangeTime = exchangeTime
            self.connectionBytes = max(1024, connectionBytes)
        }

        /// The limits for a process that may open this number of files. Dispatch ends a process that has no free
        /// descriptor when it reads the state of its threads, so clients must leave most of them.
        func fitting(descriptors: Int) -> Limits {
            let most = max(1, descriptors / 8)
            guard most < connections else { return self }
            var limits = self
            // One client must not take all places.
            limits.connectionsPerAddress = max(
                1, min(connectionsPerAddress, most * connectionsPerAddress / connections))
            limits.connections = most
            return limits
        }
    }
}
