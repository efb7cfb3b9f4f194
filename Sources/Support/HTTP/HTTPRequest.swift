/// The methods that the program uses.
public enum HTTPMethod: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// An HTTP request.
public struct HTTPRequest: Sendable {
    /// Redirects connections for one host and port to another address. TLS and the `Host` header keep the host name.
    public struct AddressOverride: Sendable {
        /// The host name and port in the URL.
        public var host: String, port: Int
        /// The numeric address, and the port, to connect to.
        public var address: String, addressPort: Int

        /// Connects to `address:addressPort` instead of `host:port`. A nil `addressPort` is the same port.
        public init(host: String, port: Int, address: String, addressPort: Int? = nil) {
            self.host = host
            self.port = port
            self.address = address
            self.addressPort = addressPort ?? port
        }
    }

    /// The least number of body bytes that must arrive in each window of time. Time in which the reader itself pauses
    /// the transfer does not count. The limit ends the transfer of a server that sends single bytes at long intervals,
    /// which never reaches the idle limit.
    public struct LeastProgress: Sendable {
        /// The number of bytes.
        public var bytes: Int
        /// The length of a window.
        public var within: Duration

        public init(bytes: Int, within: Duration) {
            self.bytes = bytes
            self.within = within
        }
    }

    public var method: HTTPMethod
    /// The absolute URL, http or https, percent-encoded, without credentials. It is sent as written.
    public var url: String
    /// Header fields. `Content-Length` is ignored, because it follows from the body.
    public var headers: HTTPHeaders
    public var body: HTTPBody
    /// The limit for the whole request: waiting for a connection, connecting, sending, and receiving the last byte.
    public var timeout: Duration?
    /// The limit for the time without a byte sent or received. It does not apply while a slow reader pauses the stream.
    public var idleTimeout: Duration?
    /// The lowest speed of the response's body. Nil means no limit.
    public var leastProgress: LeastProgress?
    /// The unix socket to connect to instead of the URL's host.
    public var unixSocketPath: String?
    /// Other addresses for hosts, for this request only.
    public var resolve: [AddressOverride]
    /// Whether GET and HEAD follow up to 5 redirects (never from https to http). `Authorization` stays with the host.
    public var followRedirects: Bool
    /// The largest body that `send` reads into memory, in bytes.
    public var maxBodyBytes: Int

    /// The default of `maxBodyBytes`: 32 MiB.
    public static let defaultMaxBodyBytes = 32 << 20

    public init(
        _ method: HTTPMethod = .get, _ url: String, headers: HTTPHeaders = [], body: HTTPBody = .none,
        timeout: Duration? = nil, idleTimeout: Duration? = nil, leastProgress: LeastProgress? = nil,
        unixSocketPath: String? = nil, resolve: [AddressOverride] = [], followRedirects: Bool = false,
        maxBodyBytes: Int = defaultMaxBodyBytes
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.idleTimeout = idleTimeout
        self.leastProgress = leastProgress
        self.unixSocketPath = unixSocketPath
        self.resolve = resolve
        self.followRedirects = followRedirects
        self.maxBodyBytes = maxBodyBytes
    }
}
