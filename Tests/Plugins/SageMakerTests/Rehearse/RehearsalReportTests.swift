import LaunchHost
import Testing

@testable import LaunchSageMaker

/// The report at the end of a rehearsal, and its times.
struct RehearsalReportTests {
    typealias Timeline = RehearsalTimeline

    static func time(_ seconds: Double) -> Timestamp {
        Timestamp(milliseconds: 1_767_323_045_000 + Int64(seconds * 1_000))
    }

    /// A timeline with steps at these seconds. The last one is the end.
    static func timeline(
        _ steps: [(Timeline.Status, Double)], phase: Observation.Phase = .succeeded, cause: Cause? = nil,
        _ change: (inout Timeline) -> Void = { _ in }
    ) -> Timeline {
        var timeline = Timeline(phase: phase, cause: cause)
        for (index, (status, start)) in steps.enumerated() {
            let end = index + 1 < steps.count ? time(steps[index + 1].1) : nil
            timeline.steps.append(.init(status, "\(status) it", startedAt: time(start), endedAt: end))
        }
        change(&timeline)
        return timeline
    }

    static let well: [(Timeline.Status, Double)] = [
        (.starting, 0), (.downloading, 1.5), (.training, 3), (.uploading, 63), (.completed, 64.75),
    ]
    static let stopped: [(Timeline.Status, Double)] = [
        (.starting, 0), (.downloading, 1), (.training, 2), (.stopping, 12), (.uploading, 13), (.stopped, 14),
    ]

    static func report(
        _ changes: [String: JSONValue] = [:], _ options: RehearsalOptions = RehearsalOptions(),
        timeline: Timeline = RehearsalReportTests.timeline(well), region: String? = "eu-west-1"
    ) throws -> RehearsalReport {
        let request = Requests.request(changes)
        let job = try Rehearsal(request, options: options, region: region).containerJob()
        let id = try #require(RunID(rawValue: "abc12345"))
        let ended = EndedRehearsal(runID: id, request: request, options: options, job: job, timeline: timeline)
        return RehearsalReportWriter.report(on: ended, region: region)
    }

    // MARK: the description

    @Test func `a successful job is described completely`() throws {
        let timeline = Self.timeline(Self.well) {
            $0.metrics = ["loss": 0.25]
            $0.hosts = [.init(name: "algo-1", exitCode: 0, startedAt: Self.time(3), endedAt: Self.time(63))]
        }
        let changes: [String: JSONValue] = [
            "AlgorithmSpecification": [
                "MetricDefinitions": [
                    ["Name": "loss", "Regex": "loss=(.*)"], ["Name": "acc", "Regex": "acc=(.*)"],
                ]
            ], "Tags": [["Key": "a", "Value": "b"]], "HyperParameters": ["epochs": "3"],
            "EnableNetworkIsolation": true,
        ]
        let description = try #require(try Self.report(changes, timeline: timeline).description)
        var expected = try #require(Requests.request(changes).document.objectValue)
        expected["Tags"] = nil
        func step(_ status: String, _ start: JSONValue, _ end: JSONValue, _ message: String) -> JSONValue {
            [
                "Status": .string(status), "StartTime": start, "EndTime": end,
                "StatusMessage": .string("\(message) it"),
            ]
        }
        expected.merge([
            "TrainingJobArn": "arn:aws:sagemaker:eu-west-1:123456789012:training-job/digits-1",
            "TrainingJobStatus": "Completed", "SecondaryStatus": "Completed",
            "EnableManagedSpotTraining": false, "EnableInterContainerTrafficEncryption": false,
            "ModelArtifacts": ["S3ModelArtifacts": "s3://bucket/out/digits-1/output/model.tar.gz"],
            "CreationTime": 1_767_323_045, "TrainingStartTime": .number(1_767_323_046.5),
            "TrainingEndTime": .number(1_767_323_109.75), "LastModifiedTime": .number(1_767_323_109.75),
            "TrainingTimeInSeconds": 63, "BillableTimeInSeconds": 63,
            "FinalMetricDataList": [
                ["MetricName": "loss", "Value": .number(0.25), "Timestamp": 1_767_323_108]
            ],
            "SecondaryStatusTransitions": [
                step("Starting", 1_767_323_045, .number(1_767_323_046.5), "starting"),
                step("Downloading", .number(1_767_323_046.5), 1_767_323_048, "downloading"),
                step("Training", 1_767_323_048, 1_767_323_108, "training"),
                step("Uploading", 1_767_323_108, .number(1_767_323_109.75), "uploading"),
                step("Completed", .number(1_767_323_109.75), .number(1_767_323_109.75), "completed"),
            ],
        ]) { $1 }
        #expect(description == .object(expected))
    }

    @Test(arguments: [
        (10, "MaxRuntimeExceeded", Cause?.none), (11, "Stopped", nil), (3600, "Stopped", Cause(.userStop, "stopped")),
        (3600, "MaxRuntimeExceeded", Cause(.timeLimit, "too long")),
    ])
    func `a stop by the time limit is distinguished from a stop by a user`(
        limit: Int, secondary: String, cause: Cause?
    ) throws {
        let report = try Self.report(
            ["StoppingCondition": ["MaxRuntimeInSeconds": .integer(Int64(limit))]],
            timeline: Self.timeline(Self.stopped, phase: .stopped, cause: cause))
        let description = try #require(report.description)
        #expect(description["TrainingJobStatus"] == "Stopped")
        #expect(description["SecondaryStatus"]?.stringValue == secondary)
        #expect(description["SecondaryStatusTransitions"]?.arrayValue?.last?["Status"]?.stringValue == secondary)
        #expect(description["FailureReason"] == nil)
        #expect(
            report.reproduced.contains { $0.hasSuffix("and it ended the job.") } == (secondary == "MaxRuntimeExceeded"))
    }

    @Test(
        arguments: [
            ("boom", 3, "AlgorithmError: boom, exit code: 3"), (nil, 137, "AlgorithmError: , exit code: 137"),
        ] as [(String?, Int, String)])
    func `a failure has the container's message and exit code`(words: String?, code: Int, reason: String) throws {
        let timeline = Self.timeline(
            [(.starting, 0), (.training, 1), (.failed, 2)], phase: .failed, cause: Cause(.exit, "x", exitCode: code)
        ) { $0.failure = words }
        let report = try Self.report(timeline: timeline)
        #expect(report.description?["FailureReason"]?.stringValue == reason)
        #expect(report.description?["TrainingJobStatus"] == "Failed")
        #expect(report.reproduced.contains { $0.contains("/opt/ml/output/failure") } == (words != nil))
    }

    @Test func `a reason is at most as long as the service's, and keeps its exit code`() throws {
        let timeline = Self.timeline([(.training, 1), (.failed, 2)], phase: .failed) {
            $0.failure = String(repeating: "ü", count: 1024)
            $0.hosts = [
                .init(name: "algo-1", attempt: 1, exitCode: 9), .init(name: "algo-1", attempt: 2, exitCode: 0),
                .init(name: "algo-2", attempt: 2, exitCode: 4),
            ]
        }
        let reason = try #require(try Self.report(timeline: timeline).description?["FailureReason"]?.stringValue)
        #expect(reason.count == 1024)
        #expect(reason.hasPrefix("AlgorithmError: üü") && reason.hasSuffix("ü, exit code: 4"))
    }

    @Test(arguments: [
        (Cause(.submit, "There is nothing at s3://b/x."), "ClientError: There is nothing at s3://b/x."),
        (Cause(.internalFault, "A fault."), "InternalServerError: A fault."),
    ])
    func `a failure before the training is not attributed to the algorithm`(cause: Cause, reason: String) throws {
        let timeline = Self.timeline([(.starting, 0), (.downloading, 1), (.failed, 2)], phase: .failed, cause: cause)
        let report = try Self.report(timeline: timeline)
        #expect(report.description?["FailureReason"]?.stringValue == reason)
        #expect(report.reproduced.isEmpty)
        #expect(report.differences.contains { $0.contains("inputs were not available: \(cause.message)") })
        let early = try Self.report(
            timeline: Self.timeline([(.starting, 0), (.failed, 1)], phase: .failed, cause: cause))
        #expect(early.description?["TrainingStartTime"] == nil)
        #expect(early.description?["BillableTimeInSeconds"] == nil)
    }

    @Test func `a lost job is not the algorithm's failure, whatever exit codes its hosts have`() throws {
        let timeline = Self.timeline(
            [(.starting, 0), (.training, 1), (.failed, 2)], phase: .failed, cause: Cause(.lost, "the program ended")
        ) { $0.hosts = [.init(name: "algo-1", exitCode: 137)] }
        let reason = try Self.report(timeline: timeline).description?["FailureReason"]?.stringValue
        #expect(reason == "InternalServerError: the program ended")
    }

    @Test func `uncompressed results and chosen instances are described as the service does`() throws {
        let description = try #require(
            try Self.report([
                "OutputDataConfig": ["CompressionType": "NONE"],
                "ResourceConfig": [
                    "InstanceType": .null, "InstancePreferences": [["InstanceType": "ml.c5.xlarge"]],
                ],
            ]).description)
        #expect(
            description["ModelArtifacts"]?["S3ModelArtifacts"] == "s3://bucket/out/digits-1/output/model/")
        #expect(description["ResourceConfig"]?["SelectedInstanceType"] == "ml.c5.xlarge")
        #expect(description["ResourceConfig"]?["SelectedInstanceCount"] == 1)
    }

    @Test func `the same rehearsal makes the same bytes`() throws {
        let changes: [String: JSONValue] = ["HyperParameters": ["a": "1", "b": "2", "c": "3"], "NewThing": 1]
        let bytes = try (0..<2).map { _ in try JSON.canonicalData(Self.report(changes)) }
        #expect(bytes[0] == bytes[1])
    }

    @Test func `a request that cannot be rehearsed is reported and does not trap`() throws {
        let job = try Requests.job()
        let id = try #require(RunID(rawValue: "abc12345"))
        let ended = EndedRehearsal(
            runID: id, request: RunRequest(runner: "sagemaker", document: []), options: .init(), job: job,
            timeline: Self.timeline(Self.well))
        #expect(RehearsalReportWriter.report(on: ended, region: nil).differences.count == 1)
    }
}
