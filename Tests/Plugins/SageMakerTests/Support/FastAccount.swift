import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport

@testable import LaunchSageMaker

/// An account of the stub with a fast clock, which the stub and its clients share.
struct FastAccount: Sendable {
    let stub: AWSStub
    let clock: FastClock
    /// What another process needs for a runner of the same stub.
    let access: StubAccess
    private let environment: AWSEnvironment
    private let home: TemporaryDirectory

    /// - Parameter wire: makes the URL of the clients from that of the stub, such as the one of a proxy.
    init(factor: Double = 50, through wire: (AWSStub) throws -> String = { $0.url }) throws {
        let clock = FastClock(factor: factor)
        self.clock = clock
        stub = try AWSStub(now: { clock.now })
        stub.keys.life = 1_000_000
        home = try TemporaryDirectory()
        access = StubAccess(to: stub, clock: clock, wire: try wire(stub))
        environment = try access.environment(home: home.path)
    }

    /// A new runner, as after a restart of the program.
    func runner() -> SageMakerRunner { Self.runner(environment) }

    /// A runner of another process, which has no files of this one.
    static func runner(_ access: StubAccess) throws -> SageMakerRunner { runner(try access.environment()) }

    private static func runner(_ environment: AWSEnvironment) -> SageMakerRunner {
        SageMakerRunner(environment, options: SageMakerOptions(), model: .bundled, log: .silent)
    }
}
