import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import LaunchSubprocess
import Testing

/// The stub of the other tests, checked with boto3: boto3 accepts its replies.
@Suite struct StubTests {
    private static let region = "eu-central-1"
    private static let start = Date(timeIntervalSince1970: 1_790_000_000.25)

    private static func boto3(_ when: String, _ stub: AWSStub) async throws -> JSONValue? {
        guard Subprocess.find("python3") != nil else {
            print("The stub was not judged: python3 is not installed.")
            return nil
        }
        let keys = stub.keys.permanent()
        let result = try await Subprocess.run(
            "python3",
            [
                Bundle.module.bundlePath + "/boto3_training_jobs.py", when, stub.url, keys.accessKeyID,
                keys.secretAccessKey.reveal(),
            ], stdout: .collect(maxBytes: 16 << 20), timeout: .seconds(600))
        if result.exit == .code(3) {
            print("The stub was not judged: python3 has no module boto3.")
            return nil
        }
        try #require(result.exit.isSuccess, "\(result.stderrText)")
        return try JSONValue(parsing: String(decoding: result.stdout, as: UTF8.self))
    }

    private static func stub() throws -> AWSStub {
        let stub = try AWSStub()
        stub.sagemaker.hold(at: start)
        stub.sagemaker.quota("ml.p5.48xlarge", 2)
        stub.sagemaker.lives { request, _ in
            switch request["TrainingJobName"]?.stringValue?.split(separator: "-").first {
            case "done":
                var life = TrainingLife.usual(seconds: 100)
                life.metrics = [("loss", 0.25)]
                return life
            case "failed": return .failing("AlgorithmError: \"exit code\": 1\n" + String(repeating: "x", count: 2000))
            case "spot": return .interrupted()
            case "overdue":
                var life = TrainingLife.usual(seconds: 100)
                life.honoursStoppingCondition = true
                return life
            case "capacity": return .withoutCapacity()
            default: return .endless
            }
        }
        return stub
    }

    @Test(.timeLimit(.minutes(30))) func `boto3 understands the stub`() async throws {
        let stub = try Self.stub()
        guard let early = try await Self.boto3("begin", stub) else { return }
        #expect(early["faults"] == .array([]))
        #expect(early["arn"] == .string("arn:aws:sagemaker:eu-central-1:123456789012:training-job/done-1"))
        let duplicate = try #require(early["duplicate"]?.arrayValue)
        #expect(duplicate[0] == .string("ResourceInUse"))
        #expect(duplicate[1].stringValue?.hasPrefix("Training job names must be unique within an AWS account") == true)
        #expect(duplicate[2] == .integer(400))
        let quota = try #require(early["quota"]?.arrayValue)
        #expect(quota[0] == .string("ResourceLimitExceeded"))
        #expect(quota[1].stringValue?.contains("is 2 Instances, with current utilization of 0 Instances") == true)
        #expect(
            early["no-spot"]?.arrayValue?[1]
                == .string(
                    "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true"))
        #expect(early["name"]?.arrayValue?[0] == .string("ValidationException"))
        #expect(early["unknown"]?.arrayValue?[1] == .string("Requested resource not found."))
        #expect(early["tags"]?.arrayValue?.count == 2)
        let new = try #require(early["new"])
        #expect(new["SecondaryStatus"] == .string("Starting"))
        #expect(new["CreationTime"]?.doubleValue == 1_790_000_000.25)
        #expect(new["TrainingStartTime"] == nil)
        #expect(new["Environment"]?["QUOTE"] == .string("\"ü\"\n"))
        #expect(new["ModelArtifacts"]?["S3ModelArtifacts"] == .string("s3://bucket/out/done-1/output/model.tar.gz"))

        stub.sagemaker.advance(by: 1000)
        let late = try #require(try await Self.boto3("end", stub))
        #expect(late["faults"] == .array([]))
        expectEnds(late)
        expectLists(late)
        expectChanges(late)

        let made = try #require(stub.sagemaker.job("endless-1", region: Self.region))
        #expect(made.request["HyperParameters"]?["lr"] == .string("0.1"))
        #expect(made.end?.status == "Stopped")
        #expect(stub.sagemaker.jobs.count == 18)
        #expect(stub.sagemaker.requests(for: "done-1") == 2)
        #expect(stub.sagemaker.creates(of: "done-1") == 1)
        #expect(stub.busiestSecond("sagemaker", "CreateTrainingJob") == 22)
    }

    private func expectEnds(_ late: JSONValue) {
        let history = { (name: String) in
            (late[name]?["SecondaryStatusTransitions"]?.arrayValue ?? []).compactMap { $0["Status"]?.stringValue }
        }
        let done = late["done-1"]
        #expect(done?["TrainingJobStatus"] == .string("Completed"))
        #expect(history("done-1") == ["Starting", "Downloading", "Training", "Uploading", "Completed"])
        #expect(done?["TrainingStartTime"]?.doubleValue == 1_790_000_020.25)
        #expect(done?["TrainingEndTime"]?.doubleValue == 1_790_000_100.25)
        #expect(done?["BillableTimeInSeconds"] == .integer(80))
        #expect(done?["FinalMetricDataList"]?.arrayValue?.first?["Value"]?.doubleValue == 0.25)
        #expect(done?["WarmPoolStatus"]?["Status"] == .string("Terminated"))
        #expect(late["failed-1"]?["FailureReason"]?.stringValue?.count == 1024)
        #expect(late["capacity-1"]?["FailureReason"] == .string(TrainingLife.capacityError))
        #expect(late["capacity-1"]?["TrainingEndTime"] == nil)
        #expect(history("spot-1").dropFirst(2).prefix(4) == ["Training", "Interrupted", "Restarting", "Starting"])
        #expect(late["spot-1"]?["TrainingTimeInSeconds"] == .integer(180))
        // 140 s on instances, at a share of 0.3.
        #expect(late["spot-1"]?["BillableTimeInSeconds"] == .integer(42))
        let overdue = ["Starting", "Downloading", "Training", "Stopping", "Uploading", "MaxRuntimeExceeded"]
        #expect(history("overdue-1") == overdue)
        #expect(late["overdue-1"]?["TrainingJobStatus"] == .string("Stopped"))
        #expect(late["overdue-1"]?["TrainingTimeInSeconds"] == .integer(52))
        #expect(late["endless-1"]?["SecondaryStatus"] == .string("Training"))
    }

    private func expectLists(_ late: JSONValue) {
        let pages = { (name: String) in
            (late[name]?.arrayValue ?? []).map { ($0.arrayValue ?? []).compactMap(\.stringValue) }
        }
        #expect(pages("pages").map(\.count) == [10, 8])
        #expect(pages("pages").joined().first == "done-1")
        #expect(pages("newest").joined().first == "overdue-1")
        // A page is cut before the jobs of another state are filtered out.
        #expect(pages("running").map(\.count) == [0, 1, 2, 2, 2, 2, 2, 2, 0])
        #expect(pages("many") == [["many-1"], ["many-10"], ["many-11"]])
        #expect(pages("late") == [[]])
    }

    private func expectChanges(_ late: JSONValue) {
        #expect(
            late["stop-done"]?.arrayValue?[1]
                == .string("The request was rejected because the training job is in status Completed."))
        #expect(late["stop"] == .null)
        #expect(late["stop-again"] == .null)
        #expect(late["delete-live"]?.arrayValue?[0] == .string("ResourceInUse"))
        #expect(late["stopping"]?["TrainingJobStatus"] == .string("Stopping"))
        #expect(late["delete"] == .null)
        #expect(late["deleted"]?.arrayValue?[0] == .string("ValidationException"))
    }
}
