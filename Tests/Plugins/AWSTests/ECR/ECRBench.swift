import AWSStub
import Foundation
import LaunchHTTP
import LaunchHost
import LaunchOCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// The stub's API with a real registry that has ECR's login, and an `ecr` registry over both.
final class ECRBench: Sendable {
    static let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"

    let stub: AWSStub
    let server: RegistryServer?
    let variables: [String: String]
    private let lines = Mutex<[String]>([])
    private let home: TemporaryDirectory
    private let time = Mutex(Date())

    /// Without `serving`, the registry protocol is unreachable.
    init(serving: Bool = false, password: String = RegistryServer.tokenPassword) async throws {
        stub = try AWSStub()
        stub.ecr.login(password: password)
        stub.ecr.add(repository: "train")
        home = try TemporaryDirectory()
        server = serving ? try await RegistryServer(.init(likeECR: true)) : nil
        if let server { stub.ecr.look { [weak server] in server?.manifest($0, $1) } }
        let keys = stub.keys.session()
        variables = [
            "HOME": home.path, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": stub.url,
            "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
            "AWS_SESSION_TOKEN": try #require(keys.sessionToken).reveal(),
        ]
    }

    var logged: String { lines.withLock { $0.joined(separator: "\n") } }
    var secrets: [String] { stub.keys.secrets + [RegistryServer.tokenPassword] }

    /// Advances the registry's clock.
    func pass(_ seconds: TimeInterval) { time.withLock { $0 += seconds } }

    func environment(_ options: AWSEnvironmentOptions = .init(region: "us-east-1")) throws -> AWSEnvironment {
        let log = Logger(level: .debug) { [weak self] record in
            let fields = record.fields.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
            self?.lines.withLock { $0.append("\(record.message) \(fields)") }
        }
        let clock = HostClock(now: { self.time.withLock(\.self) }, sleep: HostClock.system.sleep)
        let runtime = AWSRuntime(
            http: HTTPClient(configuration: .init(proxy: .direct)), clock: clock, random: { 0 }, log: log,
            userAgent: "test")
        return try AWSEnvironment(options, variables: variables, runtime: runtime)
    }

    func registry(_ options: [String: JSONValue] = [:]) throws -> ECRRegistry {
        let given = ["uri": JSONValue.string("\(Self.host)/train")].merging(options) { $1 }
        let decoded = try ECROptions(Options(given))
        let port = try server?.port ?? #require(freePort())
        return ECRRegistry(decoded, environment: try environment()) { _ throws(OCIError) in
            .init(host: try RegistryHost(parsing: "localhost:\(port)"))
        }
    }

    func reference(_ rest: String) throws -> ImageReference { try ImageReference(parsing: "\(Self.host)/\(rest)") }
}
