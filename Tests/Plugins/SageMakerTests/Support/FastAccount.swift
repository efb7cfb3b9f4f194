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
    private let environment: AWSEnvironment
    private let home: TemporaryDirectory

    init(factor: Double = 50) throws {
        let clock = FastClock(factor: factor)
        self.clock = clock
        stub = try AWSStub(now: { clock.now })
        stub.keys.life = 1_000_000
        home = try TemporaryDirectory()
        let keys = stub.keys.session()
        let variables = [
            "HOME": home.path, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": stub.url,
            "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
            "AWS_SESSION_TOKEN": try #require(keys.sessionToken).reveal(),
        ]
        let runtime = AWSRuntime(
            http: HTTPClient(configuration: .init(proxy: .direct)), clock: clock.host, userAgent: "test")
        environment = try AWSEnvironment(.init(region: "us-east-1"), variables: variables, runtime: runtime)
    }

    /// A new runner, as after a restart of the program.
    func runner() -> SageMakerRunner {
        SageMakerRunner(environment, options: SageMakerOptions(), model: .bundled, log: .silent)
    }
}
