import Foundation
import LaunchCrypto
import LaunchHost
import Synchronization
import TestSupport

/// ECR and SageMaker without latency, and with little cost: every image exists, and every training job is complete as
/// soon as it is created. It checks nothing.
final class IdleAWS: Sendable {
    private struct State {
        /// The names of the training jobs, oldest first.
        var jobs: [String] = []
        var began: Double?
        var last = 0.0
    }

    private let state = Mutex(State())
    private static let manifest =
        #"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","#
        + #""config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":2,"digest":"sha256:"#
        + String(repeating: "c", count: 64) + #""},"layers":[]}"#
    static let digest = "sha256:" + SHA256.hex(manifest.utf8)

    /// The number of training jobs, and the seconds from the first call to the last `CreateTrainingJob`.
    var created: (count: Int, seconds: Double) {
        state.withLock { ($0.jobs.count, $0.last - ($0.began ?? $0.last)) }
    }

    /// Forgets the jobs.
    func reset() { state.withLock { $0 = State() } }

    func answer(_ request: TestRequest) -> TestAnswer {
        let operation = (request.header("X-Amz-Target") ?? "").split(separator: ".").last.map(String.init) ?? ""
        let input = (try? JSONValue(parsing: request.text)) ?? .null
        let name = input["TrainingJobName"]?.stringValue ?? ""
        let now = Date().timeIntervalSince1970
        return switch operation {
        case "BatchGetImage": image(input)
        case "CreateTrainingJob": create(name, at: now)
        case "DescribeTrainingJob": Self.json(Self.job(name, at: now))
        case "ListTrainingJobs": list(input, at: now)
        default: .text("{}", headers: [("Content-Type", "application/x-amz-json-1.1")])
        }
    }

    private func image(_ input: JSONValue) -> TestAnswer {
        state.withLock { $0.began = $0.began ?? Date().timeIntervalSince1970 }
        return Self.json([
            "failures": .array([]),
            "images": .array([
                .object([
                    "registryId": .string("123456789012"),
                    "repositoryName": input["repositoryName"] ?? .string("train"),
                    "imageId": .object(["imageDigest": .string(Self.digest), "imageTag": .string("1")]),
                    "imageManifest": .string(Self.manifest),
                    "imageManifestMediaType": .string("application/vnd.docker.distribution.manifest.v2+json"),
                ])
            ]),
        ])
    }

    private func create(_ name: String, at now: Double) -> TestAnswer {
        state.withLock { state in
            state.jobs.append(name)
            state.began = state.began ?? now
            state.last = now
        }
        return Self.json(["TrainingJobArn": .string(Self.arn(name))])
    }

    private func list(_ input: JSONValue, at now: Double) -> TestAnswer {
        let skipped = input["NextToken"]?.stringValue.flatMap(Int.init) ?? 0
        let (page, more) = state.withLock { state in
            let rest = state.jobs.reversed().dropFirst(skipped)
            return (Array(rest.prefix(100)), rest.count > 100)
        }
        var answer: [String: JSONValue] = [
            "TrainingJobSummaries": .array(page.map { .object(Self.job($0, at: now)) })
        ]
        if more { answer["NextToken"] = .string(String(skipped + 100)) }
        return Self.json(answer)
    }

    private static func arn(_ name: String) -> String {
        "arn:aws:sagemaker:us-east-1:123456789012:training-job/\(name)"
    }

    private static func job(_ name: String, at now: Double) -> [String: JSONValue] {
        [
            "TrainingJobName": .string(name), "TrainingJobArn": .string(arn(name)),
            "TrainingJobStatus": .string("Completed"),
            "SecondaryStatus": .string("Completed"), "CreationTime": .number(now - 2), "LastModifiedTime": .number(now),
            "TrainingStartTime": .number(now - 2), "TrainingEndTime": .number(now - 1),
            "ModelArtifacts": .object(["S3ModelArtifacts": .string("s3://bucket/out/\(name)/output/model.tar.gz")]),
        ]
    }

    private static func json(_ members: [String: JSONValue]) -> TestAnswer {
        .text(
            (try? JSON.canonical(JSONValue.object(members))) ?? "{}",
            headers: [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", "idle")])
    }
}
