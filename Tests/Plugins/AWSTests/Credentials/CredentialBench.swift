import Foundation
import LaunchHTTP
import LaunchHost
import Synchronization
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// A home folder, a fake cloud, an environment over both, and the log.
final class CredentialBench: Sendable {
    let home: TemporaryDirectory
    let cloud: FakeCloud
    private let lines = Mutex<[String]>([])

    init() throws {
        home = try TemporaryDirectory()
        cloud = try FakeCloud()
    }

    var logged: String { lines.withLock { $0.joined(separator: "\n") } }

    var log: Logger {
        Logger(level: .debug) { [weak self] record in
            let fields = record.fields.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
            self?.lines.withLock { $0.append("\(record.message) \(fields)") }
        }
    }

    func config(_ text: String) throws { try home.write(".aws/config", text) }
    func keys(_ text: String) throws { try home.write(".aws/credentials", text) }

    /// The environment. Instance metadata is off unless a test enables it, so no test calls a real service.
    func environment(
        _ variables: [String: String] = [:], _ options: AWSEnvironmentOptions = .init(region: "us-east-1")
    ) throws -> AWSEnvironment {
        let standard = ["HOME": home.path, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": cloud.url]
        let runtime = AWSRuntime(
            http: HTTPClient(configuration: .init(proxy: .direct)), clock: cloud.time.clock, random: { 0 }, log: log,
            userAgent: "test")
        return try AWSEnvironment(options, variables: standard.merging(variables) { $1 }, runtime: runtime)
    }

    /// Works for three hours with a call every ten minutes. No call may be refused, and no secret may be shown.
    func works(
        _ environment: AWSEnvironment, by source: String, renewing: Bool = true, before: () throws -> Void = {},
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        for _ in 0..<18 {
            try before()
            let identity = try await environment.verify()
            #expect(identity.account == "123456789012", sourceLocation: location)
            cloud.time.pass(600)
        }
        #expect(cloud.snapshot.refused == [], sourceLocation: location)
        if renewing { #expect(cloud.snapshot.keys.count >= 3, "no renewal took place", sourceLocation: location) }
        let report = await environment.credentialReport()
        #expect(report.problem == nil, sourceLocation: location)
        #expect(report.steps.last?.isUsed == true, sourceLocation: location)
        #expect(
            report.steps.contains { $0.source.contains(source) && $0.isUsed }, "\(report)", sourceLocation: location)
        showsNothing(environment, "\(report)", location)
    }

    /// No planted secret may be in the log or in printed text.
    func showsNothing(_ value: Any, _ more: String = "", _ location: SourceLocation = #_sourceLocation) {
        var text = "\(value) \(String(reflecting: value)) \(more) \(logged)"
        dump(value, to: &text)
        #expect(!text.contains("planted"), sourceLocation: location)
    }

    /// The error of a request for the identity.
    func failure(
        _ variables: [String: String] = [:], _ options: AWSEnvironmentOptions = .init(region: "us-east-1")
    ) async throws -> AWSError {
        do throws(AWSError) {
            let environment: AWSEnvironment
            do {
                environment = try self.environment(variables, options)
            } catch let error as AWSError {
                throw error
            } catch {
                throw AWSError(.internalFault, "\(error)")
            }
            _ = try await environment.caller()
        } catch {
            showsNothing(error)
            return error
        }
        throw NoFailure()
    }

    struct NoFailure: Error {}
}
