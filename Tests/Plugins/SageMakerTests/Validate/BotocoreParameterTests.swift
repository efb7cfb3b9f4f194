import Foundation
import LaunchHost
import Subprocess
import Testing

/// The oracle of the corpus: botocore's own validator, which checks less than ours and must never say more.
struct BotocoreParameterTests {
    @Test(.timeLimit(.minutes(5))) func `every valid request of the corpus passes botocore's validator`() async throws {
        let requests = try Corpus.valid()
        guard let (version, reports) = try await Self.reports(on: requests.map { try Corpus.document(of: $0.change) })
        else { return }
        print("Compared with botocore \(version).")
        #expect(reports.count == requests.count)
        for (request, report) in zip(requests, reports) {
            #expect(report.isEmpty, "\(request.name): \(report)")
        }
    }

    /// The oracle itself must be able to say no.
    @Test(.timeLimit(.minutes(5))) func `botocore refuses what it can`() async throws {
        let empty = JSONValue.object([:])
        guard let (_, reports) = try await Self.reports(on: [empty]) else { return }
        #expect(reports.first?.contains("RoleArn") ?? false)
    }

    /// botocore's version and what it says of each document; nil without python3 or botocore.
    private static func reports(on documents: [JSONValue]) async throws -> (version: String, reports: [String])? {
        guard Subprocess.find("python3") != nil else {
            print("Not compared with botocore: python3 is not installed.")
            return nil
        }
        var options = Subprocess.Input.none
        options = .bytes(Array(try JSON.canonicalData(documents)))
        let result = try await Subprocess.run(
            "python3", [Bundle.module.bundlePath + "/botocore_parameters.py"], stdin: options,
            stdout: .collect(maxBytes: 64 << 20), timeout: .seconds(240))
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
