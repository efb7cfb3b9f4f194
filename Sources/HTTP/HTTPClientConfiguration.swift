extension HTTPClient {
    /// What holds for all requests of one client.
    public struct Configuration: Sendable {
        /// Which proxy is used. Unix sockets never use one.
        public enum Proxy: Sendable {
            /// What `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say. Loopback and link-local addresses are
            /// reached directly.
            case environment
            /// None, whatever the environment says.
            case direct
            /// This one, as a URL: `http://proxy:3128`.
            case url(String)
        }

        /// The most requests at once to one host and port, streams included; others wait in order.
        public var maxConnectionsPerHost: Int
        /// The most requests at once, streams included; others wait in order.
        public var maxConcurrentRequests: Int
        /// The limit for name lookup, connection and TLS handshake together.
        public var connectTimeout: Duration
        /// A PEM file with the authorities to trust instead of the system's.
        public var caBundle: String?
        /// A PEM file with this client's certificate, for servers that ask for one.
        public var clientCertificate: String?
        /// A PEM file with the key of that certificate.
        public var clientKey: String?
        /// Whether the server's certificate and name are checked. Only an explicit setting of the user turns it off.
        public var verifiesServer: Bool
        /// The proxy.
        public var proxy: Proxy
        /// The `User-Agent` of requests that bring none.
        public var userAgent: String

        /// Makes a configuration; see the properties.
        public init(
            maxConnectionsPerHost: Int = 64, maxConcurrentRequests: Int = 256,
            connectTimeout: Duration = .seconds(10), caBundle: String? = nil, clientCertificate: String? = nil,
            clientKey: String? = nil, verifiesServer: Bool = true, proxy: Proxy = .environment,
            userAgent: String = "launch"
        ) {
            self.maxConnectionsPerHost = max(1, maxConnectionsPerHost)
            self.maxConcurrentRequests = max(1, maxConcurrentRequests)
            self.connectTimeout = connectTimeout
            self.caBundle = caBundle
            self.clientCertificate = clientCertificate
            self.clientKey = clientKey
            self.verifiesServer = verifiesServer
            self.proxy = proxy
            self.userAgent = userAgent
        }
    }
}
