import AWSStub
import EngineTestSupport
import Foundation
import LaunchHost
import TestSupport
import Testing

/// Points 1, 9, 10, 11, 13 and 15 of the contract: the end of a job, and its report.
@Suite("End of a rehearsal", .needsEngine, .serialized)
struct EndingTests {
    /// Runs until SIGTERM, and then ends successfully.
    static let obedient = """
        echo ready
        while [ -z "${term:-}" ]; do sleep 1 & wait $!; done
        echo saved >/opt/ml/model/saved
        """
    /// Ignores SIGTERM.
    static let stubborn = "echo ready; while :; do sleep 1 & wait $!; done"

    @Test
    func `MaxRuntimeInSeconds: SIGTERM, and the files saved until then are the result`() async throws {
        let stage = try Stage()
        let ended = try await stage.rehearse(
            // The time counts from before the start, and the signal must find the handler installed.
            stage.request(["StoppingCondition": ["MaxRuntimeInSeconds": 6]], probe: Self.obedient))
        #expect(ended.end.phase == .stopped)
        #expect(ended.description["TrainingJobStatus"] == "Stopped")
        #expect(ended.description["SecondaryStatus"] == "MaxRuntimeExceeded", "\(ended.record.timeline)")
        #expect(ended.file("model/saved") == "saved\n")
        #expect(try ended.probe().signals.count == 1)
        #expect(ended.log.values.joined().contains("signal TERM"))
        #expect(ended.statuses.contains("Stopping"))
    }

    @Test(arguments: [1, 3])
    func `A stop: SIGTERM, the grace period, SIGKILL; results are still kept`(hosts: Int64) async throws {
        let stage = try Stage()
        let ended = try await stage.rehearse(
            stage.request(
                ["ResourceConfig": ["InstanceCount": .integer(hosts)]],
                probe: "echo early >/opt/ml/model/$(hostname); \(Self.stubborn)",
                RehearsalOptions(keepsLocal: true, graceSeconds: 1))
        ) { handle in
            // Stopped when all hosts are known to handle the signal.
            try await lines("ready", of: handle, on: stage, count: Int(hosts))
            return true
        }
        #expect(ended.end.phase == .stopped)
        #expect(ended.description["SecondaryStatus"] == "Stopped")
        #expect(ended.record.timeline.hosts.map(\.exitCode) == Array(repeating: 137, count: Int(hosts)))
        #expect(
            ended.record.report.reproduced.contains {
                $0.hasPrefix("The stop sent SIGTERM, and SIGKILL ") && $0.contains("algo-1")
                    && $0.hasSuffix("which had not ended (exit code 137).")
            }, "\(ended.record.report.reproduced)")
        for index in 1...hosts {
            #expect(try ended.probe("algo-\(index)").signals.count == 1)
            #expect(ended.file("model/algo-\(index)") == "early\n")
        }
    }

    @Test(arguments: [1, 3])
    func `A drill: interrupted, cleared, and restarted from the checkpoints`(hosts: Int64) async throws {
        let stage = try Stage()
        stage.stub.s3.add(Array("old\n".utf8), bucket: "bucket", key: "ck/before")
        let ended = try await stage.rehearse(
            stage.request(
                [
                    "EnableManagedSpotTraining": true, "ResourceConfig": ["InstanceCount": .integer(hosts)],
                    "StoppingCondition": ["MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 600],
                    "CheckpointConfig": ["S3Uri": "s3://bucket/ck"],
                ],
                probe: """
                    me=/opt/ml/checkpoints/$(hostname)
                    if [ -e $me ]; then
                        [ ! -e /opt/ml/model/wiped ] || exit 9
                        cat /opt/ml/checkpoints/before >/opt/ml/model/before-$(hostname); rm $me
                    else
                        echo 1 >$me; echo x >/opt/ml/model/wiped; \(Self.obedient)
                    fi
                    """, RehearsalOptions(drill: .init(afterSeconds: 4, graceSeconds: 30))))
        #expect(ended.end.phase == .succeeded, "\(ended.end) \(ended.log)")
        #expect(ended.statuses.contains("Interrupted") && ended.statuses.contains("Restarting"))
        #expect(
            ended.record.report.reproduced.contains {
                $0.hasPrefix("The interruption sent SIGTERM, and the hosts ended")
            })
        #expect(Set(ended.record.timeline.hosts.map(\.attempt)) == [1, 2])
        for index in 1...hosts {
            #expect(ended.file("model/before-algo-\(index)") == "old\n")
            #expect(
                stage.stub.s3.content(bucket: "bucket", key: "ck/algo-\(index)") == nil, "deletions are synced, too")
        }
        #expect(stage.stub.s3.content(bucket: "bucket", key: "ck/before") == Array("old\n".utf8))
    }

    @Test
    func `The service's statuses with their times, and the request's members`() async throws {
        let stage = try Stage()
        let request = try await stage.request()
        let ended = try await stage.rehearse(request)
        #expect(ended.statuses.first == "Starting" && ended.statuses.last == "Completed")
        #expect(ended.statuses.contains("Training"))
        let transitions = try #require(ended.description["SecondaryStatusTransitions"]?.arrayValue)
        #expect(transitions.compactMap { $0["Status"]?.stringValue } == ended.statuses)
        for (one, next) in zip(transitions, transitions.dropFirst()) {
            #expect(one["EndTime"] == next["StartTime"])
            #expect((one["StartTime"]?.doubleValue ?? .infinity) <= (one["EndTime"]?.doubleValue ?? 0))
        }
        for member in ["TrainingJobName", "RoleArn", "AlgorithmSpecification", "StoppingCondition", "Environment"] {
            #expect(ended.description[member] == request.document[member])
        }
        #expect(ended.outcome.outputs.contains { $0.name == RehearsalRecord.reportName })
    }

    @Test
    func `The report lists what was reproduced, what was not simulated, and what differs`() async throws {
        let stage = try Stage()
        let ended = try await stage.rehearse(
            stage.request(["VpcConfig": ["SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]]]))
        let report = ended.record.report
        #expect(report.reproduced.contains { $0.hasPrefix("The start command was train") })
        #expect(report.notSimulated.contains { $0.hasPrefix("VpcConfig:") })
        #expect(report.differences.contains { $0.contains("this machine's engine only") })
    }

    @Test
    func `A request that SageMaker would refuse is not rehearsed`() async throws {
        let stage = try Stage()
        let request = try await stage.request(["StoppingCondition": ["MaxRuntimeInSeconds": 0]])
        #expect(stage.runner.validate(request).contains { $0.severity == .error })
    }

    @Test
    func `Missing inputs fail the job before training`() async throws {
        let stage = try Stage()
        let ended = try await stage.rehearse(
            stage.request(["InputDataConfig": [channel("train", "s3://bucket/nothing-here/")]]))
        #expect(ended.end.phase == .failed)
        #expect(!ended.statuses.contains("Training"))
        #expect(ended.description["FailureReason"]?.stringValue?.hasPrefix("ClientError: ") == true)
    }

    @Test
    func `The user can read and delete files that root wrote in a container`() async throws {
        let stage = try Stage()
        let request = try await stage.request(
            ["OutputDataConfig": ["CompressionType": "NONE"]],
            probe: "mkdir -m 700 /opt/ml/model/d; echo x >/opt/ml/model/d/f; chmod 000 /opt/ml/model/d/f",
            RehearsalOptions(output: stage.folder.file("out")))
        let ended = try await stage.rehearse(request)
        #expect(ended.end.phase == .succeeded)
        let name = try #require(request.document["TrainingJobName"]?.stringValue)
        let out = stage.folder.file("out/\(name)/output")
        #expect(FileManager.default.contents(atPath: "\(out)/model/d/f") == Data("x\n".utf8))
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(out)/model/d/f")
        #expect(attributes[.ownerAccountID] as? Int == Int(getuid()))
    }

    /// Waits until the given number of lines with that text have been printed.
    private func lines(_ text: String, of handle: RunHandle, on stage: Stage, count: Int) async throws {
        var seen = 0
        for try await batch in stage.runner.logs(handle, from: nil, follow: true) {
            seen += batch.count { $0.text == text }
            if seen >= count { return }
        }
        throw BackendError(.internalFault, "It ended with \(seen) lines '\(text)'.")
    }
}
