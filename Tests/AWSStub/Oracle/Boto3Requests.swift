import Foundation
import LaunchSubprocess
import TestSupport

/// Compares requests to SageMaker and Batch with the installed boto3: its validator must accept the document, and its own
/// request for the document must be equal, byte for byte.
public enum Boto3Requests {
    /// The result of the comparison.
    public struct Verdict: Sendable {
        /// The version of botocore.
        public let version: String
        /// The number of compared requests.
        public let count: Int
        /// Differences from boto3, each with its request.
        public let differences: [String]
    }

    private struct Version: Decodable {
        let version: String
    }

    private struct Sent: Decodable {
        var refusal: String?
        var method: String?
        var path: String?
        var body: String?
        var type: String?
        var target: String?
    }

    /// The script has failed.
    public struct Failure: Error, CustomStringConvertible {
        /// The script's last message.
        public let description: String
    }

    /// Compares requests to one service, in order. Without python3 or boto3, returns nil and prints a line.
    public static func judge(_ calls: [StubCall], service: String = "sagemaker") async throws -> Verdict? {
        let folder = try TemporaryDirectory()
        // The body is passed unchanged, so that boto3 sees the members in the same order.
        let lines = calls.map { "{\"operation\": \"\($0.operation)\", \"input\": \($0.request.raw.text)}\n" }
        let file = try folder.write("documents", lines.joined())
        guard Subprocess.find("python3") != nil else {
            print("Not compared with boto3: python3 is not installed.")
            return nil
        }
        let result = try await Subprocess.run(
            "python3", [Bundle.module.bundlePath + "/boto3_requests.py", file, service],
            stdout: .collect(maxBytes: 256 << 20), timeout: .seconds(600))
        if result.exit == .code(3) {
            print("Not compared with boto3: python3 has no module boto3.")
            return nil
        }
        guard result.exit.isSuccess, !result.isTruncated else {
            throw Failure(description: "boto3_requests.py: \(result.stderrText.suffix(2000))")
        }
        let answers = result.stdout.split(separator: UInt8(ascii: "\n")).map { Data($0) }
        guard let first = answers.first, answers.count == calls.count + 1 else {
            throw Failure(description: "boto3_requests.py gave \(answers.count) lines for \(calls.count) requests")
        }
        let version = try JSONDecoder().decode(Version.self, from: first).version
        let sent = try answers.dropFirst().map { try JSONDecoder().decode(Sent.self, from: $0) }
        return Verdict(
            version: version, count: calls.count, differences: zip(calls, sent).compactMap { difference($0, $1) })
    }

    private static func difference(_ call: StubCall, _ sent: Sent) -> String? {
        let raw = call.request.raw
        if let refusal = sent.refusal { return "\(call.operation) is refused: \(refusal)\n\(raw.text.prefix(2000))" }
        for (what, ours, theirs) in [
            ("method", raw.method, sent.method), ("path", call.request.path, sent.path),
            ("Content-Type", raw.header("Content-Type"), sent.type),
            ("X-Amz-Target", raw.header("X-Amz-Target"), sent.target),
        ] where ours != theirs {
            return "\(call.operation): \(what) is \(ours ?? "none"), and boto3's \(theirs ?? "none")"
        }
        guard raw.body != sent.body.map({ [UInt8]($0.utf8) }) else { return nil }
        let theirs = sent.body ?? ""
        let place = zip(raw.text, theirs).prefix { $0 == $1 }.count
        let around = { (text: String) in text.dropFirst(max(0, place - 20)).prefix(60) }
        return
            "\(call.operation): from character \(place), \(around(raw.text)) stands where boto3 has \(around(theirs))"
    }
}
