import LaunchHost
import Testing

@testable import LaunchSageMaker

/// The rules of the translation, one per test.
struct RehearsalRuleTests {
    @Test(
        arguments: [
            (nil, nil, nil, ["train"]),
            (["/bin/sh", "-c"], nil, ["/bin/sh", "-c"], []),
            (nil, ["--fast", "1"], nil, ["--fast", "1"]),
            (["python3", "t.py"], ["--fast"], ["python3", "t.py"], ["--fast"]),
            ([], [], nil, ["train"]),
        ] as [([String]?, [String]?, [String]?, [String])])
    func `the container's command follows the four rules`(
        entryPoint: [String]?, arguments: [String]?, expected: [String]?, words: [String]
    ) throws {
        func list(_ words: [String]?) -> JSONValue { words.map { .array($0.map { .string($0) }) } ?? .null }
        let job = try Requests.job([
            "AlgorithmSpecification": [
                "ContainerEntrypoint": list(entryPoint), "ContainerArguments": list(arguments),
            ]
        ])
        #expect(job.entryPoint == expected)
        #expect(job.arguments == words)
    }

    @Test func `twelve hosts are sorted as text`() throws {
        let job = try Requests.job(["ResourceConfig": ["InstanceCount": 12]])
        let sorted = [
            "algo-1", "algo-10", "algo-11", "algo-12", "algo-2", "algo-3", "algo-4", "algo-5", "algo-6", "algo-7",
            "algo-8", "algo-9",
        ]
        let hosts = try #require(job.rehearsalPlan?.hosts)
        #expect(hosts.map(\.name) == sorted)
        for host in hosts {
            let config = try JSONValue(parsing: host.files[2].content)
            #expect(config["current_host"]?.stringValue == host.name)
            #expect(config["hosts"]?.arrayValue?.compactMap(\.stringValue) == sorted)
            #expect(config["instance_groups"]?.arrayValue?.first?["hosts"] == config["hosts"])
        }
    }

    @Test func `the first of several preferences is rehearsed`() throws {
        let job = try Requests.job([
            "ResourceConfig": [
                "InstanceType": .null, "InstanceCount": .null,
                "InstancePreferences": [
                    ["InstanceType": "ml.g5.xlarge", "InstanceCount": 2], ["InstanceType": "ml.g4dn.xlarge"],
                ],
            ]
        ])
        #expect(job.rehearsalPlan?.hosts.count == 2)
        #expect(job.resources.gpus == -1)
    }

    @Test func `a local folder replaces a channel's data, however the channel is delivered`() throws {
        let options = RehearsalOptions(channels: ["train": "/data/t", "boxes": "/data/b.jsonl"])
        let job = try Requests.job(
            [
                "AlgorithmSpecification": ["TrainingInputMode": "Pipe"],
                "InputDataConfig": [
                    Requests.channel("train", "s3://bucket/t", ["InputMode": "FastFile"]),
                    Requests.channel(
                        "boxes", "s3://bucket/b",
                        source: ["S3DataType": "AugmentedManifestFile", "AttributeNames": ["a"]]),
                    Requests.channel("other", "s3://bucket/o"),
                ],
            ], options)
        #expect(
            job.rehearsalPlan?.inputs.map(\.source) == [
                .folder("/data/t"), .augmentedManifest("/data/b.jsonl", attributes: ["a"]), .objects("s3://bucket/o"),
            ])
        #expect(job.rehearsalPlan?.inputs.map(\.delivery) == [.readOnly, .pipe, .pipe])
        #expect(job.rehearsalPlan?.inputs.map(\.needsFiles) == [true, true, nil])
    }

    @Test(arguments: [("ro", RehearsalPlan.Input.Delivery.readOnly), ("rw", .copy)])
    func `a file system is an empty folder unless a local folder replaces it`(
        access: String, delivery: RehearsalPlan.Input.Delivery
    ) throws {
        let changes: [String: JSONValue] = [
            "AlgorithmSpecification": ["TrainingInputMode": "Pipe"],
            "InputDataConfig": [
                [
                    "ChannelName": "efs",
                    "DataSource": [
                        "FileSystemDataSource": [
                            "FileSystemId": "fs-1", "FileSystemType": "EFS", "DirectoryPath": "/",
                            "FileSystemAccessMode": .string(access),
                        ]
                    ],
                ]
            ],
        ]
        let input = try #require(try Requests.job(changes).rehearsalPlan?.inputs.first)
        #expect(input.source == .none)
        #expect(input.delivery == delivery)
        let given = try Requests.job(changes, RehearsalOptions(channels: ["efs": "/mnt"])).rehearsalPlan
        #expect(given?.inputs.first?.source == .folder("/mnt"))
        #expect(given?.inputs.first?.needsFiles == nil)
        #expect(given?.hosts.first?.files[1].content.contains(#""TrainingInputMode":"File""#) == true)
    }

    @Test func `gzip and RecordIO only apply to pipes`() throws {
        let job = try Requests.job([
            "InputDataConfig": [
                Requests.channel("t", "s3://b/t", ["CompressionType": "Gzip", "RecordWrapperType": "RecordIO"])
            ]
        ])
        #expect(job.rehearsalPlan?.inputs.first?.isCompressed == false)
        #expect(job.rehearsalPlan?.inputs.first?.isRecordIO == false)
    }

    @Test func `results and checkpoints go to the destinations of the submitter`() throws {
        let changes: [String: JSONValue] = [
            "CheckpointConfig": ["S3Uri": "s3://bucket/ck", "LocalPath": "/opt/ml/saved/"]
        ]
        let here = try Requests.job(changes, RehearsalOptions(checkpoints: "/home/ck", output: "/home/out"))
        #expect(here.rehearsalPlan?.synced == [.init(path: "/opt/ml/saved", place: "/home/ck")])
        #expect(
            here.rehearsalPlan?.results.map(\.destination) == [
                "/home/out/digits-1/output", "/home/out/digits-1/output",
            ])
        #expect(here.rehearsalPlan?.hosts.first?.files.last?.content == #"{"LocalPath":"/opt/ml/saved/"}"#)
        let kept = try Requests.job(changes, RehearsalOptions(keepsLocal: true))
        #expect(kept.rehearsalPlan?.synced == [.init(path: "/opt/ml/saved", place: nil)])
        #expect(kept.rehearsalPlan?.results.map(\.destination) == [nil, nil])
        let turnedOn = try Requests.job([:], RehearsalOptions(checkpoints: "/home/ck"))
        #expect(turnedOn.rehearsalPlan?.synced == [.init(path: "/opt/ml/checkpoints", place: "/home/ck")])
        let without = try Requests.job([:], RehearsalOptions(drill: .init(afterSeconds: 1)))
        #expect(without.rehearsalPlan?.synced == [])
    }

    @Test func `defaults are a day and 120 seconds, and options replace them`() throws {
        #expect(try Requests.job(["StoppingCondition": .null]).timeLimitSeconds == 86_400)
        #expect(try Requests.job([:], RehearsalOptions(graceSeconds: 3)).stopGraceSeconds == 3)
        #expect(
            try Requests.job([:], RehearsalOptions(sharedMemoryBytes: 7)).resources
                == .init(sharedMemoryBytes: 7))
        #expect(
            try Requests.job([:], RehearsalOptions(isLikeInstance: true)).resources
                == .init(cpus: 2, memoryBytes: 8 << 30, sharedMemoryBytes: 4 << 30))
        #expect(
            try Requests.job([:], RehearsalOptions(wantsCredentials: true, usesOwnCredentials: true)).rehearsalPlan?
                .offersCredentials == true)
    }

    @Test func `a user's AWS_REGION is kept, and the service's own names cannot be replaced`() throws {
        let environment = try Requests.job([
            "Environment": ["AWS_REGION": "ap-south-1", "TRAINING_JOB_NAME": "mine"]
        ]).environment
        #expect(environment["AWS_REGION"] == "ap-south-1")
        #expect(environment["TRAINING_JOB_NAME"] == "digits-1")
    }

    @Test func `without a configured region, the image's region is used`() throws {
        let known = try Rehearsal(Requests.request(), options: .init(), region: nil)
        #expect(known.region == "eu-west-1")
        let elsewhere = try Rehearsal(
            Requests.request([
                "AlgorithmSpecification": ["TrainingImage": "localhost:5000/t@\(Requests.digest)"],
                "RoleArn": "arn:aws-cn:iam::210987654321:role/x",
            ]), options: .init(), region: nil)
        #expect(try elsewhere.containerJob().environment["AWS_REGION"] == nil)
        #expect(elsewhere.jobARN.contains(":210987654321:training-job/digits-1"))
    }

    @Test func `the notes of a rendered request contain the image's platform`() throws {
        var request = Requests.request()
        var notes = RequestNotes()
        notes.image = PinnedImage(
            reference: Requests.image, digest: try #require(Digest(rawValue: Requests.digest)), name: "train:1",
            platform: "linux/arm64")
        request.notes = try JSONValue(encoding: notes)
        #expect(try Rehearsal(request, options: .init(), region: nil).containerJob().image == notes.image)
    }

    @Test(
        arguments: [
            (["ServerlessJobConfig": ["JobType": "FineTuning"]], RehearsalOptions(), "serverless"),
            (
                ["AlgorithmSpecification": ["TrainingImage": .null, "AlgorithmName": "x"]], RehearsalOptions(),
                "no image"
            ),
            (["AlgorithmSpecification": ["TrainingImage": "repo:latest"]], RehearsalOptions(), "no digest"),
            (["AlgorithmSpecification": ["TrainingImage": "http://x"]], RehearsalOptions(), "TrainingImage"),
            ([:], RehearsalOptions(channels: ["train": "/d"]), "it has none"),
            (
                ["InputDataConfig": [Requests.channel("a", "s3://b/a"), Requests.channel("b", "s3://b/b")]],
                RehearsalOptions(channels: ["train": "/d"]), "it has a, b"
            ),
            (["InputDataConfig": [Requests.channel("..", "s3://b/a")]], RehearsalOptions(), "folder"),
            (
                ["EnableNetworkIsolation": true], RehearsalOptions(wantsCredentials: true, usesOwnCredentials: true),
                "EnableNetworkIsolation"
            ),
            (["ResourceConfig": ["InstanceCount": 101]], RehearsalOptions(), "100 instances"),
            (["ResourceConfig": ["InstanceCount": 9_223_372_036_854_775_807]], RehearsalOptions(), "100 instances"),
        ] as [([String: JSONValue], RehearsalOptions, String)])
    func `a request without a valid container is rejected with a hint`(
        changes: [String: JSONValue], options: RehearsalOptions, words: String
    ) {
        let error = #expect(throws: BackendError.self) { try Requests.job(changes, options) }
        #expect(error?.category == .invalid)
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "-")")
    }

    @Test func `an image that only this engine has is mentioned only in the report of a rehearsal`() {
        let finding = Finding(.error, at: FieldPath(), "it is not in ECR", rule: "image-registry")
        #expect(!Rehearsal.counts(finding))
        let other = Finding(.error, at: FieldPath(), "no", rule: "presence")
        #expect(Rehearsal.counts(other))
    }
}
