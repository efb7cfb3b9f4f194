/// The methods that the program uses.
public enum HTTPMethod: String, Sendable {
    /// The method of the same name.
    case get = "GET"
    /// The method of the same name.
    case head = "HEAD"
    /// The method of the same name.
    case post = "POST"
    /// The method of the same name.
    case put = "PUT"
    /// The method of the same name.
    case patch = "PATCH"
    /// The method of the same name.
    case delete = "DELETE"
}

/// One HTTP request as a value.
public struct HTTPRequest: Sendable {
    /// Where connections for one host and port go instead; the host name in TLS and in the request stays.
    public struct AddressOverride: Sendable {
        /// The host name and port in the URL.
        public var host: String, port: Int
        /// The numeric address, and the port, to connect to.
        public var address: String, addressPort: Int

        /// Sends `host:port` to `address:addressPort` (the same port when nil).
        public init(host: String, port: Int, address: String, addressPort: Int? = nil) {
            self.host = host
            self.port = port
            self.address = address
            self.addressPort = addressPort ?? port
        }
    }

    /// So many bytes of a body in each stretch of so long, as long as the reader does not hold them back. A server that
    /// sends a byte now and then is never silent, and would hold up whoever reads for days.
    public struct LeastProgress: Sendable {
        /// How many bytes.
        public var bytes: Int
        /// How long a stretch is.
        public var within: Duration

        /// So many bytes within so long.
        public init(bytes: Int, within: Duration) {
            self.bytes = bytes
            self.within = within
        }
    }

    /// The method.
    public var method: HTTPMethod
    /// The absolute URL, http or https, percent-encoded, without credentials. It is sent as written.
    public var url: String
    /// Header fields; `Content-Length` is left out, for it follows from the body.
    public var headers: HTTPHeaders
    /// The body.
    public var body: HTTPBody
    /// The limit for everything: waiting for a free connection, connecting, sending, and receiving the last byte.
    public var timeout: Duration?
    /// The limit for silence: no byte sent or received for so long. A stream whose reader is slow is not silent.
    public var idleTimeout: Duration?
    /// The limit for slowness: what must come of the answer's body. Nil is none.
    public var leastProgress: LeastProgress?
    /// The unix socket to connect to instead of the URL's host.
    public var unixSocketPath: String?
    /// Hosts that are to be found elsewhere, for this request only.
    public var resolve: [AddressOverride]
    /// Whether GET and HEAD follow up to 5 redirects (never from https to http). `Authorization` stays with the host.
    public var followRedirects: Bool
    /// The largest body that `send` takes into memory, in bytes.
    public var maxBodyBytes: Int

    /// The largest body that `send` takes into memory unless told otherwise: 32 MiB.
    public static let defaultMaxBodyBytes = 32 << 20

    /// Makes a request; see the properties.
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
