import LaunchHost
import Testing

@testable import LaunchSageMaker

/// Each sentence of the report occurs with its cause and not without it.
struct RehearsalSentenceTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var words: String
        var changes: [String: JSONValue] = [:]
        var options = RehearsalOptions()
        var steps: [(RehearsalTimeline.Status, Double)] = RehearsalReportTests.well
        var phase = Observation.Phase.succeeded
        var notes: [String] = []
        var exits: [(attempt: Int, code: Int, end: Double)] = []
        var cause: Cause?
        var given: ContainerJob.Resources?
        var region: String? = "eu-west-1"
        /// Whether the minimal request causes the sentence too.
        var isAlways = false
        var testDescription: String { words }

        func report() throws -> RehearsalReport {
            try RehearsalReportTests.report(
                changes, options,
                timeline: RehearsalReportTests.timeline(steps, phase: phase) { timeline in
                    timeline.notes = notes
                    timeline.resources = given
                    timeline.cause = cause
                    timeline.hosts = exits.map {
                        .init(
                            name: "algo-1", attempt: $0.attempt, exitCode: $0.code,
                            endedAt: RehearsalReportTests.time($0.end))
                    }
                    timeline.results = [.init(name: "model.tar.gz", path: "s3://bucket/m")]
                }, region: region)
        }
    }

    private func check(_ given: Case, _ lines: (RehearsalReport) -> [String]) throws {
        let all = lines(try given.report())
        let said = all.filter { $0.contains(given.words) }
        #expect(said.count == 1, "\(all)")
        #expect(said.allSatisfy { $0.hasSuffix(".") && !$0.contains("  ") })
        if !given.isAlways {
            #expect(!lines(try RehearsalReportTests.report()).contains { $0.contains(given.words) })
        }
    }

    static let local = RehearsalOptions(channels: ["t": "/d"])
    static let again: [(RehearsalTimeline.Status, Double)] = [
        (.training, 0), (.interrupted, 1), (.restarting, 5), (.training, 6), (.completed, 9),
    ]
    static let unfetched: [(RehearsalTimeline.Status, Double)] = [(.starting, 0), (.downloading, 1), (.failed, 2)]
    static let channel: JSONValue = [Requests.channel("t", "s3://b/t")]
    static let efs: JSONValue = [
        [
            "ChannelName": "t",
            "DataSource": ["FileSystemDataSource": ["FileSystemId": "fs-7", "FileSystemType": "FSxLustre"]],
        ]
    ]
    static let groups: JSONValue = [
        "InstanceType": .null, "InstanceCount": .null,
        "InstanceGroups": [
            ["InstanceGroupName": "a", "InstanceType": "ml.c5.xlarge", "InstanceCount": 1],
            ["InstanceGroupName": "b", "InstanceType": "ml.g5.xlarge", "InstanceCount": 1],
        ],
    ]

    static let reproduced: [Case] = [
        Case(words: "The start command was train, after the image's own entry point", isAlways: true),
        Case(
            words: "The start command was /bin/sh -c run.",
            changes: ["AlgorithmSpecification": ["ContainerEntrypoint": ["/bin/sh", "-c", "run"]]]),
        Case(
            words: "hyperparameters.json, inputdataconfig.json and resourceconfig.json, with", isAlways: true),
        Case(words: "and checkpointconfig.json", changes: ["CheckpointConfig": ["S3Uri": "s3://b/c"]]),
        Case(words: "Channel t was a copy of s3://b/t (File).", changes: ["InputDataConfig": channel]),
        Case(words: "Channel t was a copy of /d (File).", changes: ["InputDataConfig": channel], options: local),
        Case(
            words: "s3://b/t, read-only (FastFile)",
            changes: ["InputDataConfig": [Requests.channel("t", "s3://b/t", ["InputMode": "FastFile"])]]),
        Case(
            words: "a pipe for each epoch (Pipe), each host had its share, shuffled with seed 3, unpacked from gzip, "
                + "wrapped as RecordIO.",
            changes: [
                "InputDataConfig": [
                    Requests.channel(
                        "t", "s3://b/t", source: ["S3DataDistributionType": "ShardedByS3Key"],
                        [
                            "InputMode": "Pipe", "CompressionType": "Gzip", "RecordWrapperType": "RecordIO",
                            "ShuffleConfig": ["Seed": 3],
                        ])
                ]
            ]),
        Case(
            words: "on algo-2 only",
            changes: [
                "ResourceConfig": groups,
                "InputDataConfig": [Requests.channel("t", "s3://b/t", source: ["InstanceGroupNames": ["b"]])],
            ]),
        Case(words: "no SM_* was added, and there were no credentials", isAlways: true),
        Case(words: "the request's 2 variables", changes: ["Environment": ["A": "1", "B": "2"]]),
        Case(
            words: "credentials came through the container endpoint",
            options: .init(wantsCredentials: true, usesOwnCredentials: true)),
        Case(words: "algo-1, algo-2 and algo-3 found each other", changes: ["ResourceConfig": ["InstanceCount": 3]]),
        Case(words: "in the groups a and b", changes: ["ResourceConfig": groups]),
        Case(words: "(EnableNetworkIsolation)", changes: ["EnableNetworkIsolation": true]),
        Case(words: "MaxRuntimeInSeconds was in force: 3600 s", isAlways: true),
        Case(
            words: "The stop sent SIGTERM, and the hosts ended, 0.5 s later, before SIGKILL.",
            steps: RehearsalReportTests.stopped, phase: .stopped, exits: [(1, 143, 12.5)]),
        Case(
            words: "The stop sent SIGTERM, and SIGKILL 1 s later to algo-1, which had not ended (exit code 137).",
            options: .init(graceSeconds: 1), steps: RehearsalReportTests.stopped, phase: .stopped,
            exits: [(1, 137, 13.02)]),
        Case(
            words: "The stop gave no time: it sent SIGKILL to algo-1", steps: RehearsalReportTests.stopped,
            phase: .stopped, exits: [(1, 137, 12.1)]),
        Case(
            words: "The interruption sent SIGTERM, and SIGKILL 3 s later to algo-1",
            options: .init(drill: .init(afterSeconds: 1, graceSeconds: 3)), steps: again,
            exits: [(1, 137, 4), (2, 0, 9)]),
        Case(
            words: "started again from nothing", options: .init(drill: .init(afterSeconds: 1)), steps: again),
        Case(
            words: "started again with their checkpoints", changes: ["CheckpointConfig": ["S3Uri": "s3://b/c"]],
            steps: again),
        Case(words: "had of ml.m5.large: 2 CPUs and 8 GiB.", options: .init(isLikeInstance: true)),
        Case(
            words: "had of ml.m5.large: 2 CPUs.", options: .init(isLikeInstance: true), given: .init(cpus: 2)),
        Case(
            words: "/opt/ml/checkpoints was kept the same as s3://b/c",
            changes: ["CheckpointConfig": ["S3Uri": "s3://b/c"]]),
        Case(
            words: "applied to the log: loss",
            changes: ["AlgorithmSpecification": ["MetricDefinitions": [["Name": "loss", "Regex": "l=(.)"]]]]),
        Case(words: "model.tar.gz has the service's layout"),
    ]

    @Test(arguments: reproduced)
    func `what was reproduced`(given: Case) throws {
        try check(given, \.reproduced)
    }

    static let notSimulated: [Case] =
        RehearsalReportWriter.sentences.map { path, sentence in
            let value: JSONValue = path.hasSuffix("Seconds") || path.hasSuffix("GB") ? 7 : ["x": "y"]
            let changes = path.split(separator: ".").reversed().reduce(value) { .object([String($1): $0]) }
            return Case(
                words: sentence, changes: changes.objectValue ?? [:],
                isAlways: ["RoleArn", "ResourceConfig.VolumeSizeInGB"].contains(path))
        } + [
            Case(words: "Channel t was empty: FSxLustre fs-7", changes: ["InputDataConfig": efs]),
            Case(
                words: "Channel t was empty: arn:x",
                changes: [
                    "InputDataConfig": [
                        ["ChannelName": "t", "DataSource": ["DatasetSource": ["DatasetArn": "arn:x"]]]
                    ]
                ]),
            Case(
                words: "Channel t: ModelAccessConfig",
                changes: [
                    "InputDataConfig": [
                        Requests.channel("t", "s3://b/t", source: ["ModelAccessConfig": ["AcceptEula": true]])
                    ]
                ]),
            Case(words: "The shape of ml.m5.large", isAlways: true),
            Case(
                words: "The accelerators of ml.trn1.2xlarge",
                changes: ["ResourceConfig": ["InstanceType": "ml.trn1.2xlarge"]]),
            Case(
                words: "The 8 GPUs of ml.p4d.24xlarge",
                changes: ["ResourceConfig": ["InstanceType": "ml.p4d.24xlarge"]],
                notes: ["There is no GPU."]),
            Case(
                words: "no interruption and MaxWaitTimeInSeconds was tried",
                changes: [
                    "EnableManagedSpotTraining": true, "StoppingCondition": ["MaxWaitTimeInSeconds": 9],
                ]),
            Case(
                words: "the wait for capacity were not rehearsed", changes: ["EnableManagedSpotTraining": true],
                options: .init(drill: .init(afterSeconds: 1)), steps: again),
            Case(words: "BrandNew is unknown to the rehearsal", changes: ["BrandNew": [:]]),
        ]

    @Test(arguments: notSimulated)
    func `what was not simulated`(given: Case) throws {
        try check(given, \.notSimulated)
    }

    @Test func `disabled features are not mentioned`() throws {
        let off: [String: JSONValue] = [
            "EnableInterContainerTrafficEncryption": false, "RemoteDebugConfig": ["EnableRemoteDebug": false],
            "ResourceConfig": ["KeepAlivePeriodInSeconds": 0], "EnableManagedSpotTraining": false,
        ]
        #expect(try RehearsalReportTests.report(off).notSimulated == RehearsalReportTests.report().notSimulated)
    }

    static let differences: [Case] = [
        Case(
            words: "is not in ECR",
            changes: ["AlgorithmSpecification": ["TrainingImage": "localhost:5000/t@\(Requests.digest)"]]),
        Case(
            words: "known to this machine's engine only",
            changes: ["AlgorithmSpecification": ["TrainingImage": "\(Requests.digest)"]]),
        Case(
            words: "Channel t was read from /d; SageMaker reads s3://b/t", changes: ["InputDataConfig": channel],
            options: local),
        Case(words: "SageMaker reads FSxLustre fs-7", changes: ["InputDataConfig": efs], options: local),
        Case(
            words: "The manifest was not used",
            changes: ["InputDataConfig": [Requests.channel("t", "s3://b/m", source: ["S3DataType": "ManifestFile"])]],
            options: local),
        Case(
            words: "only the channels of the host's own group",
            changes: [
                "ResourceConfig": groups,
                "InputDataConfig": [Requests.channel("t", "s3://b/t", source: ["InstanceGroupNames": ["b"]])],
            ]),
        Case(words: "Results stayed on this machine", options: .init(keepsLocal: true)),
        Case(words: "put below data/ here", changes: ["OutputDataConfig": ["CompressionType": "NONE"]]),
        Case(
            words: "Checkpoints were kept in /ck", changes: ["CheckpointConfig": ["S3Uri": "s3://b/c"]],
            options: .init(checkpoints: "/ck")),
        Case(
            words: "as long as the rehearsal; SageMaker starts from what is at s3://b/c",
            changes: ["CheckpointConfig": ["S3Uri": "s3://b/c"]], options: .init(keepsLocal: true)),
        Case(words: "SageMaker would keep none", options: .init(checkpoints: "/ck")),
        Case(words: "started from the beginning", options: .init(drill: .init(afterSeconds: 1)), steps: again),
        Case(
            words: "The drill did not take place: the job ended before its 10 s were over.",
            options: .init(drill: .init(afterSeconds: 10))),
        Case(
            words: "The drill did not take place: the job never ran", options: .init(drill: .init(afterSeconds: 10)),
            steps: [(.starting, 0), (.failed, 2)], phase: .failed),
        Case(
            words: "was not started again", options: .init(drill: .init(afterSeconds: 1)),
            steps: [(.training, 0), (.interrupted, 1), (.stopping, 2), (.stopped, 3)], phase: .stopped),
        Case(words: "AWS_REGION was eu-west-1 here", isAlways: true),
        Case(
            words: "region is not known",
            changes: ["AlgorithmSpecification": ["TrainingImage": "localhost:5000/t@\(Requests.digest)"]], region: nil),
        Case(
            words: "The credentials were the environment's",
            options: .init(wantsCredentials: true, usesOwnCredentials: true)),
        Case(words: "SageMaker's are root's", isAlways: true),
        Case(words: "/dev/shm had 4 GiB here, half of the instance's memory", isAlways: true),
        Case(words: "/dev/shm had 2 GiB here;", options: .init(sharedMemoryBytes: 2 << 30)),
        Case(
            words: "/dev/shm had the engine's own size", changes: ["ResourceConfig": ["InstanceType": "ml.g7.2xlarge"]]),
        Case(
            words: "A stop left 5 s", options: .init(graceSeconds: 5), steps: RehearsalReportTests.stopped,
            phase: .stopped),
        Case(
            words: "/dev/shm had 4 GiB here, half of this machine's memory, which has less than the 100 GiB asked for;",
            options: .init(sharedMemoryBytes: 100 << 30), given: .init(sharedMemoryBytes: 4 << 30)),
        Case(
            words: "The request has no EnableManagedSpotTraining",
            options: .init(drill: .init(afterSeconds: 1, graceSeconds: 2)), steps: again),
        Case(
            words: "The shape of ml.g7.2xlarge is not known",
            changes: ["ResourceConfig": ["InstanceType": "ml.g7.2xlarge"]], options: .init(isLikeInstance: true)),
        Case(
            words: "the largest of ml.c5.xlarge and ml.g5.xlarge", changes: ["ResourceConfig": groups],
            options: .init(isLikeInstance: true)),
        Case(
            words: "Metric loss was left out",
            changes: ["AlgorithmSpecification": ["MetricDefinitions": [["Name": "loss", "Regex": "l=."]]]]),
    ]

    @Test(arguments: differences)
    func `what differs`(given: Case) throws {
        try check(given, \.differences)
    }

    @Test(
        arguments: [
            (local, Cause(.submit, "/d/x is a link to nothing."), "only this machine: SageMaker reads s3://b/t."),
            (RehearsalOptions(), Cause(.unavailable, "S3 is away."), "does not predict SageMaker's behaviour."),
            (RehearsalOptions(), Cause(.internalFault, "There is no gzip."), "does not predict SageMaker's behaviour."),
            (RehearsalOptions(), Cause(.submit, "There is none."), "SageMaker would fail there, too."),
        ])
    func `the report of failed inputs says what it means for SageMaker`(
        options: RehearsalOptions, cause: Cause, words: String
    ) throws {
        let timeline = RehearsalReportTests.timeline(Self.unfetched, phase: .failed, cause: cause) {
            $0.failedInput = "t"
        }
        let report = try RehearsalReportTests.report(["InputDataConfig": Self.channel], options, timeline: timeline)
        let said = report.differences.filter { $0.contains("were not available") }
        #expect(said.count == 1 && said[0].contains(words), "\(said)")
        #expect(said.allSatisfy { !$0.contains("..") && ($0.contains("too.") == words.contains("too.")) })
    }

    @Test func `nothing is said of containers that never ran`() throws {
        let timeline = RehearsalReportTests.timeline(Self.unfetched, phase: .failed, cause: Cause(.unavailable, "away"))
        let report = try RehearsalReportTests.report(
            ["InputDataConfig": Self.channel], .init(channels: ["t": "/d"], keepsLocal: true), timeline: timeline)
        let lines = report.reproduced + report.notSimulated + report.differences
        for words in ["/dev/shm", "was read from", "stayed on this machine", "AWS_REGION", "the containers could use"] {
            #expect(!lines.contains { $0.contains(words) })
        }
    }

    @Test func `a drill without an interruption is not reported as an interruption`() throws {
        let report = try RehearsalReportTests.report([:], .init(drill: .init(afterSeconds: 10, graceSeconds: 5)))
        let lines = report.reproduced + report.differences
        #expect(
            !lines.contains {
                $0.contains("nterruption") || $0.contains("interrupted") || $0.contains("started from the beginning")
            })
    }

    @Test func `an image for another platform differs`() throws {
        var request = Requests.request()
        var notes = RequestNotes()
        notes.image = PinnedImage(
            reference: Requests.image, digest: try #require(Digest(rawValue: Requests.digest)), name: "t",
            platform: "linux/arm64")
        request.notes = try JSONValue(encoding: notes)
        let job = try Rehearsal(request, options: .init(), region: nil).containerJob()
        let ended = EndedRehearsal(
            runID: .random(), request: request, options: .init(), job: job,
            timeline: RehearsalReportTests.timeline(RehearsalReportTests.well))
        let report = RehearsalReportWriter.report(on: ended, region: nil)
        #expect(report.differences.contains { $0.contains("The image is for linux/arm64") })
    }

    @Test func `a private registry in the VPC is not a difference`() throws {
        let report = try RehearsalReportTests.report([
            "AlgorithmSpecification": [
                "TrainingImage": "registry.example.com/t@\(Requests.digest)",
                "TrainingImageConfig": ["TrainingRepositoryAccessMode": "Vpc"],
            ]
        ])
        #expect(!report.differences.contains { $0.contains("ECR") })
    }
}
