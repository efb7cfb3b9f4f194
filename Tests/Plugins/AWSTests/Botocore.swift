import Foundation
import LaunchSubprocess

/// The installed botocore as a reference for our results. Without it, a test prints a line and checks nothing.
enum Botocore {
    /// botocore's version, and the decoded JSON lines that a script beside the tests prints; nil without python3 or
    /// botocore. The script's first line is the version.
    static func lines<Case: Decodable>(
        of script: String, _ arguments: [String] = [], as type: Case.Type
    ) async throws -> (version: String, cases: [Case])? {
        guard Subprocess.find("python3") != nil else {
            print("Not compared with botocore: python3 is not installed.")
            return nil
        }
        let path = Bundle.module.bundlePath + "/\(script)"
        let result = try await Subprocess.run(
            "python3", [path] + arguments, stdout: .collect(maxBytes: 256 << 20), timeout: .seconds(600))
        if result.exit == .code(3) {
            print("Not compared with botocore: python3 has no module botocore.")
            return nil
        }
        guard result.exit.isSuccess, !result.isTruncated else { throw Failure(text: result.stderrText) }
        let lines = result.stdout.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first else { throw Failure(text: "\(script) printed nothing") }
        let version = try JSONDecoder().decode([String: String].self, from: Data(first))["version"] ?? "?"
        return (version, try lines.dropFirst().map { try JSONDecoder().decode(Case.self, from: Data($0)) })
    }

    struct Failure: Error, CustomStringConvertible {
        let text: String
        var description: String { "the script for botocore failed: \(text.suffix(2000))" }
    }
}
