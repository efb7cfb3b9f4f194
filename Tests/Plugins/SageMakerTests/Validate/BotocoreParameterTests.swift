import Foundation
import LaunchHost
import LaunchSubprocess
import Testing

@testable import LaunchSageMaker

/// The oracle of the corpus: botocore's own validator, which checks less than ours and must never reject more.
struct BotocoreParameterTests {
    @Test(.timeLimit(.minutes(30))) func `every valid request of the corpus passes botocore's validator`() async throws
    {
        let requests = try Corpus.valid()
        guard let (version, reports) = try await Self.reports(on: requests.map { try Corpus.document(of: $0.change) })
        else { return }
        print("Compared with botocore \(version).")
        #expect(reports.count == requests.count)
        for (request, report) in zip(requests, reports) {
            #expect(report.isEmpty, "\(request.name): \(report)")
        }
    }

    /// Each base with one value missing or of another type: thousands of generated requests.
    @Test(.timeLimit(.minutes(30))) func `whatever botocore rejects, the validator rejects`() async throws {
        let mutants = try ["full", "groups", "preferences", "efs", "serverless"].flatMap { base in
            Self.mutants(of: try Corpus.document(of: Corpus.Change(base: base)))
        }
        #expect(mutants.count > 1000)
        guard let (version, reports) = try await Self.reports(on: mutants) else { return }
        #expect(reports.count == mutants.count)
        var refused = 0
        for (mutant, report) in zip(mutants, reports) where !report.isEmpty {
            refused += 1
            let errors = RequestValidator().findings(in: mutant).filter { $0.severity == .error }
            #expect(!errors.isEmpty, "\(report): \(mutant)")
        }
        print("botocore \(version) refuses \(refused) of \(mutants.count) requests.")
        #expect(refused > 500)
    }

    private static let strangers: [JSONValue] = [
        .null, .bool(true), .integer(-1), .number(0.5), .string(""), .array([]), .object([:]),
    ]

    private static func mutants(of value: JSONValue) -> [JSONValue] {
        switch value {
        case .object(let members):
            return members.flatMap { name, member in
                func with(_ changed: JSONValue?) -> JSONValue {
                    var all = members
                    all[name] = changed
                    return .object(all)
                }
                return [with(nil)] + strangers.map(with) + mutants(of: member).map(with)
            }
        case .array(let items):
            return items.indices.flatMap { index in
                func with(_ changed: JSONValue) -> JSONValue {
                    var all = items
                    all[index] = changed
                    return .array(all)
                }
                return strangers.map(with) + mutants(of: items[index]).map(with)
            }
        default:
            return []
        }
    }

    /// The oracle itself must be able to reject requests.
    @Test(.timeLimit(.minutes(30))) func `botocore rejects what it can check`() async throws {
        let empty = JSONValue.object([:])
        guard let (_, reports) = try await Self.reports(on: [empty]) else { return }
        #expect(reports.first?.contains("RoleArn") ?? false)
    }

    /// botocore's version and its verdict on each document. Nil without python3 or botocore.
    private static func reports(on documents: [JSONValue]) async throws -> (version: String, reports: [String])? {
        guard Subprocess.find("python3") != nil else {
            print("Not compared with botocore: python3 is not installed.")
            return nil
        }
        let result = try await Subprocess.run(
            "python3", [Bundle.module.bundlePath + "/botocore_parameters.py"],
            stdin: .bytes(Array(try JSON.canonicalData(documents))),
            stdout: .collect(maxBytes: 64 << 20), timeout: .seconds(600))
        if result.exit == .code(3) {
            print("Not compared with botocore: python3 has no module botocore.")
            return nil
        }
        try #require(result.exit.isSuccess, "\(result.stderrText)")
        let lines = result.stdout.split(separator: UInt8(ascii: "\n")).map { Data($0) }
        let first = try JSONDecoder().decode([String: String].self, from: try #require(lines.first))
        return (first["version"] ?? "?", try lines.dropFirst().map { try JSONDecoder().decode(String.self, from: $0) })
    }
}
