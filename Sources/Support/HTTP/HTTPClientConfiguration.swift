extension HTTPClient {
    /// Settings that apply to all requests of one client.
    public struct Configuration: Sendable {
        /// The proxy to use. Unix sockets never use one.
        public enum Proxy: Sendable {
            /// The proxies in `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`. Loopback and link-local
            /// addresses are reached directly.
            case environment
            /// No proxy. The environment is ignored.
            case direct
            /// The proxy with this URL, for example `http://proxy:3128`.
            case url(String)
        }

        /// The highest number of concurrent requests to one host and port, streams included. Others wait in order.
        public var maxConnectionsPerHost: Int
        /// The highest number of concurrent requests, streams included. Others wait in order.
        public var maxConcurrentRequests: Int
        /// The time limit for name lookup, connection and TLS handshake together.
        public var connectTimeout: Duration
        /// A PEM file with certificate authorities that replace the system's.
        public var caBundle: String?
        /// A PEM file with this client's certificate, for servers that request one.
        public var clientCertificate: String?
        /// A PEM file with the key of that certificate.
        public var clientKey: String?
        /// Whether the server's certificate and name are checked. False only if the user says so explicitly.
        public var verifiesServer: Bool
        /// The proxy.
        public var proxy: Proxy
        /// The `User-Agent` of requests that set none.
        public var userAgent: String

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
