import AWSStub
import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchHost
import TestSupport
import Testing

@testable import LaunchSageMaker

/// An account of the stub with a fast clock, which the stub and its clients share.
struct FastAccount: Sendable {
    let stub: AWSStub
    let clock: FastClock
    /// What another process needs for a client of the same stub.
    struct Access: Codable {
        var url: String
        var accessKeyID: String
        var secretAccessKey: String
        var sessionToken: String
        var factor: Double
        var start: Date
    }

    let access: Access
    private let environment: AWSEnvironment
    private let home: TemporaryDirectory

    /// - Parameter wire: makes the URL of the clients from that of the stub, such as the one of a proxy.
    init(factor: Double = 50, through wire: (AWSStub) throws -> String = { $0.url }) throws {
        let clock = FastClock(factor: factor)
        self.clock = clock
        stub = try AWSStub(now: { clock.now })
        stub.keys.life = 1_000_000
        home = try TemporaryDirectory()
        let keys = stub.keys.session()
        access = Access(
            url: try wire(stub), accessKeyID: keys.accessKeyID, secretAccessKey: keys.secretAccessKey.reveal(),
            sessionToken: try #require(keys.sessionToken).reveal(), factor: factor, start: clock.start)
        environment = try Self.environment(access, home: home.path)
    }

    private static func environment(_ access: Access, home: String) throws -> AWSEnvironment {
        let variables = [
            "HOME": home, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": access.url,
            "AWS_ACCESS_KEY_ID": access.accessKeyID, "AWS_SECRET_ACCESS_KEY": access.secretAccessKey,
            "AWS_SESSION_TOKEN": access.sessionToken,
        ]
        let clock = FastClock(factor: access.factor, start: access.start)
        let runtime = AWSRuntime(
            http: HTTPClient(configuration: .init(proxy: .direct)), clock: clock.host, userAgent: "test")
        return try AWSEnvironment(.init(region: "us-east-1"), variables: variables, runtime: runtime)
    }

    /// A new runner, as after a restart of the program.
    func runner() -> SageMakerRunner { Self.runner(environment) }

    /// A runner of another process, which has no files of this one.
    static func runner(_ access: Access) throws -> SageMakerRunner {
        runner(try environment(access, home: "/nonexistent"))
    }

    private static func runner(_ environment: AWSEnvironment) -> SageMakerRunner {
        SageMakerRunner(environment, options: SageMakerOptions(), model: .bundled, log: .silent)
    }
}
