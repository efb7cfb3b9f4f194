import Foundation
public import LaunchAWS
import LaunchHost
import LaunchHTTP

/// What a process needs for clients of the same stub: its address, a session, and its clock.
public struct StubAccess: Codable, Sendable {
    private var url: String
    private var accessKeyID: String
    private var secretAccessKey: String
    private var sessionToken: String
    private var factor: Double
    private var start: Date

    /// A new session of the stub.
    /// - Parameter wire: the URL of a proxy in front of the stub.
    public init(to stub: AWSStub, clock: FastClock, wire: String? = nil) {
        let keys = stub.keys.session()
        url = wire ?? stub.url
        accessKeyID = keys.accessKeyID
        secretAccessKey = keys.secretAccessKey.reveal()
        sessionToken = keys.sessionToken?.reveal() ?? ""
        (factor, start) = (clock.factor, clock.start)
    }

    /// The text for another process.
    public var text: String {
        get throws { try JSON.canonical(self) }
    }

    /// The access from the text of another process.
    public init(text: String) throws {
        self = try JSON.decode(StubAccess.self, from: Data(text.utf8))
    }

    /// Environment `aws` with the session.
    /// - Parameter home: a folder without AWS's files.
    public func environment(home: String = "/nonexistent") throws -> AWSEnvironment {
        let variables = [
            "HOME": home, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": accessKeyID, "AWS_SECRET_ACCESS_KEY": secretAccessKey,
            "AWS_SESSION_TOKEN": sessionToken,
        ]
        let runtime = AWSRuntime(
            http: HTTPClient(configuration: .init(proxy: .direct)),
            clock: FastClock(factor: factor, start: start).host, userAgent: "test")
        return try AWSEnvironment(.init(region: "us-east-1"), variables: variables, runtime: runtime)
    }
}
