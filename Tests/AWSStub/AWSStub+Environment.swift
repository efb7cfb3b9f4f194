public import LaunchAWS
public import LaunchHost
import LaunchHTTP

extension AWSStub {
    /// Environment `aws` with a session of this stub, for the runners of a test.
    /// - Parameters:
    ///   - home: a folder without AWS's files.
    ///   - clock: the clock of the clients.
    ///   - wire: the URL of a proxy in front of the stub.
    public func environment(home: String, clock: HostClock, wire: String? = nil) throws -> AWSEnvironment {
        let keys = keys.session()
        let variables = [
            "HOME": home, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": wire ?? url,
            "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
            "AWS_SESSION_TOKEN": keys.sessionToken?.reveal() ?? "",
        ]
        let runtime = AWSRuntime(
            http: HTTPClient(configuration: .init(proxy: .direct)), clock: clock, userAgent: "test")
        return try AWSEnvironment(.init(region: "us-east-1"), variables: variables, runtime: runtime)
    }
}
