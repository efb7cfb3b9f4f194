public import LaunchCore
public import LaunchHTTP

/// The services that all clients of one program share: connections, clock, randomness and logger.
public struct AWSRuntime: Sendable {
    public var http: HTTPClient
    public var clock: HostClock
    /// Random numbers for backoff: at least 0, less than 1.
    public var random: @Sendable () -> Double
    /// The logger of calls, at level `debug`. It never gets a header or a body.
    public var log: Logger
    /// The program in the user agent: "launch/1.2.3".
    public var userAgent: String
    /// The retry policy.
    public var retry: RetryPolicy
    /// Gets each attempt of a call when it has ended.
    package var record: @Sendable (AWSAttempt) -> Void = { _ in }

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
    /// The connection settings of AWS's own tools.
    ///
    /// The certificate authorities come from the file of `AWS_CA_BUNDLE`, else of the profile's `ca_bundle`, else of
    /// `REQUESTS_CA_BUNDLE` (which botocore also reads), else from the system. Proxies come from the environment
    /// variables.
    public static func aws(
        variables: [String: String], caBundle: String? = nil, userAgent: String
    ) -> HTTPClient.Configuration {
        let named = [variables["AWS_CA_BUNDLE"], caBundle, variables["REQUESTS_CA_BUNDLE"]]
        let bundle = named.lazy.compactMap(\.self).first { !$0.isEmpty }
        return HTTPClient.Configuration(caBundle: bundle, proxy: .environment, userAgent: userAgent)
    }
}
