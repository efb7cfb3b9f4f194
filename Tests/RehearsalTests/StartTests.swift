import EngineTestSupport
import LaunchHost
import Testing

/// Points 6, 7 and 14 of the contract: the start command, its environment, and the meaning of its exit code.
@Suite("The container's program", .needsEngine, .serialized)
struct StartTests {
    @Test(
        arguments: [
            (nil, nil, ["/bin/probe", "of-entry-point", "train"]),
            (["/bin/train", "first"], nil, ["/bin/train", "first"]),
            (nil, ["--lr", "0.1"], ["/bin/probe", "of-entry-point", "--lr", "0.1"]),
            (
                ["/bin/train"], ["--text", "two  words, \"quoted\" $HOME"],
                ["/bin/train", "--text", "two  words, \"quoted\" $HOME"]
            ),
        ] as [([String]?, [String]?, [String])])
    func `The four start rules, over an image with an entry point and a CMD`(
        entryPoint: [String]?, arguments: [String]?, expected: [String]
    ) async throws {
        func list(_ words: [String]?) -> JSONValue { words.map { .array($0.map { .string($0) }) } ?? .null }
        let stage = try Stage()
        let ended = try await stage.rehearse(
            stage.request([
                "AlgorithmSpecification": [
                    "ContainerEntrypoint": list(entryPoint), "ContainerArguments": list(arguments),
                ]
            ]))
        #expect(ended.end.phase == .succeeded)
        let probe = try ended.probe()
        #expect(probe.arguments == expected)
        #expect(probe.folder == "/opt/ml/code")
        #expect(probe.user == 0)
    }

    @Test
    func `The service's variables, the request's and the image's; no SM_*, no credentials`() async throws {
        let stage = try Stage()
        let id = RunID.random()
        let request = try await stage.request(["Environment": ["MINE": "a\nb", "EMPTY": ""]], id: id)
        let probe = try await stage.rehearse(request, id: id).probe()
        let name = try #require(request.document["TrainingJobName"]?.stringValue)
        #expect(probe.environment["TRAINING_JOB_NAME"] == name)
        #expect(
            probe.environment["TRAINING_JOB_ARN"]
                == "arn:aws:sagemaker:eu-west-1:123456789012:training-job/\(name)")
        #expect(probe.environment["MINE"] == "a\nb")
        #expect(probe.environment["EMPTY"] == "")
        #expect(probe.environment["OF_IMAGE"] == "yes")
        #expect(probe.environment["AWS_REGION"] == "eu-west-1")
        let strange = probe.environment.keys.filter {
            $0.hasPrefix("SM_") || $0.hasPrefix("AWS_") && $0 != "AWS_REGION"
        }
        #expect(strange.isEmpty, "\(strange)")
        #expect(probe.environment["no_proxy"] == nil, "the agent's own variables stay with the agent")
    }

    @Test
    func `A program that runs as a user of the image can write all required folders`() async throws {
        let stage = try Stage()
        let ended = try await stage.rehearse(
            stage.request(
                ["CheckpointConfig": ["S3Uri": "s3://bucket/ck"]],
                probe: "set -e; echo m >/opt/ml/model/m; echo c >/opt/ml/checkpoints/c; echo f >/opt/ml/output/failure",
                as: .runner))
        #expect(ended.end.phase == .succeeded)
        #expect(try ended.probe().user == 1000)
        #expect(ended.file("model/m") == "m\n")
    }

    @Test(arguments: [1, 3, 255])
    func `The exit code decides, and the failure file's first 1,024 characters are the reason`(code: Int) async throws {
        let stage = try Stage()
        let ended = try await stage.rehearse(
            stage.request(
                probe: """
                    echo kept >/opt/ml/output/data/kept; echo lost >/opt/ml/model/lost
                    i=0; while [ $i -lt 300 ]; do printf 'reason ' ; i=$((i+1)); done >/opt/ml/output/failure
                    exit \(code)
                    """))
        #expect(ended.end.phase == .failed)
        #expect(ended.end.cause?.exitCode == code)
        let whole = String(repeating: "reason ", count: 300)
        #expect(ended.record.timeline.failure == String(whole.prefix(1024)))
        let reason = try #require(ended.description["FailureReason"]?.stringValue)
        #expect(reason.hasPrefix("AlgorithmError: reason ") && reason.hasSuffix(", exit code: \(code)"))
        #expect(reason.count == 1024)
        #expect(ended.description["TrainingJobStatus"] == "Failed")
        #expect(ended.file("output/kept") == "kept\n")
        #expect(ended.file("model/lost") == nil)
    }

    @Test
    func `A missing program fails the job, and the reason names it`() async throws {
        let stage = try Stage()
        let ended = try await stage.rehearse(
            stage.request(["AlgorithmSpecification": ["ContainerEntrypoint": ["/bin/nothing"]]]))
        #expect(ended.end.phase == .failed)
        #expect(ended.end.cause?.message.contains("/bin/nothing") == true, "\(ended.end)")
    }
}
