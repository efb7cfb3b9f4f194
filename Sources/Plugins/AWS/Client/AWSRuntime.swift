public import HTTP
public import LaunchHost

/// What all clients of one program share: connections, time, chance, and where it is said what they do.
public struct AWSRuntime: Sendable {
    /// The connections.
    public var http: HTTPClient
    /// The time, and waiting.
    public var clock: HostClock
    /// Chance for back-off: at least 0, less than 1.
    public var random: @Sendable () -> Double
    /// Where calls are told of, at `debug`; never a header or a body.
    public var log: Logger
    /// How the program names itself: "launch/1.2.3".
    public var userAgent: String
    /// How often a call is tried.
    public var retry: RetryPolicy

    /// A runtime from its parts.
    public init(
        http: HTTPClient, clock: HostClock = .system,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }, log: Logger = .silent,
        userAgent: String, retry: RetryPolicy = RetryPolicy()
    ) {
        self.http = http
        self.clock = clock
        self.random = random
        self.log = log
        self.userAgent = userAgent
        self.retry = retry
    }
}

extension HTTPClient.Configuration {
    /// Connections for AWS as its own tools make them.
    ///
    /// The certificate authorities are those of the file that `AWS_CA_BUNDLE` names, else the profile's `ca_bundle`, else
    /// `REQUESTS_CA_BUNDLE` (which botocore reads too), else the system's. Proxies are those of the environment.
    public static func aws(
        variables: [String: String], caBundle: String? = nil, userAgent: String
    ) -> HTTPClient.Configuration {
        let named = [variables["AWS_CA_BUNDLE"], caBundle, variables["REQUESTS_CA_BUNDLE"]]
        let bundle = named.lazy.compactMap(\.self).first { !$0.isEmpty }
        return HTTPClient.Configuration(caBundle: bundle, proxy: .environment, userAgent: userAgent)
    }
}
