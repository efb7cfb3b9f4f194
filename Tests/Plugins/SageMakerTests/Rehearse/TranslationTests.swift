import LaunchHost
import Testing

@testable import LaunchSageMaker

/// Complete container jobs: the result of a request, member by member.
struct TranslationTests {
    static let folders: [RehearsalPlan.Folder] = [
        .init(path: "/opt/ml/input", mode: 0o755), .init(path: "/opt/ml/input/config", mode: 0o755),
        .init(path: "/opt/ml/input/data", mode: 0o755), .init(path: "/opt/ml/model", mode: 0o777),
        .init(path: "/opt/ml/output", mode: 0o777), .init(path: "/opt/ml/output/data", mode: 0o777),
    ]

    static func results(_ place: String?) -> [RehearsalPlan.Result] {
        [
            .init(name: "model.tar.gz", path: "/opt/ml/model", destination: place),
            .init(name: "output.tar.gz", path: "/opt/ml/output/data", destination: place, isKeptOnFailure: true),
        ]
    }

    static let image = PinnedImage(
        reference: Requests.image, digest: Digest(rawValue: Requests.digest) ?? Digest.none, name: Requests.image)

    static let environment = [
        "TRAINING_JOB_NAME": "digits-1",
        "TRAINING_JOB_ARN": "arn:aws:sagemaker:eu-west-1:123456789012:training-job/digits-1",
        "AWS_REGION": "eu-west-1",
    ]

    static func resources(of host: String, hosts: String, groups: String, type: String, group: String) -> String {
        #"{"current_group_name":"\#(group)","current_host":"\#(host)","current_instance_type":"\#(type)","#
            + #""hosts":[\#(hosts)],"instance_groups":[\#(groups)],"network_interface_name":"eth0"}"#
    }

    static func homogeneous(_ host: String, of hosts: String) -> String {
        resources(
            of: host, hosts: hosts,
            groups:
                #"{"hosts":[\#(hosts)],"instance_group_name":"homogeneousCluster","instance_type":"ml.m5.large"}"#,
            type: "ml.m5.large", group: "homogeneousCluster")
    }

    static func host(
        _ name: String, resources: String, channels: String = "{}", hyperparameters: String = "{}",
        checkpoints: String? = nil
    ) -> RehearsalPlan.Host {
        let folder = "/opt/ml/input/config"
        var files: [RehearsalPlan.File] = [
            .init(path: "\(folder)/hyperparameters.json", content: hyperparameters),
            .init(path: "\(folder)/inputdataconfig.json", content: channels),
            .init(path: "\(folder)/resourceconfig.json", content: resources),
        ]
        if let checkpoints { files.append(.init(path: "\(folder)/checkpointconfig.json", content: checkpoints)) }
        return .init(name: name, files: files)
    }

    static func job(
        _ rehearsalPlan: RehearsalPlan, _ change: (inout ContainerJob) -> Void = { _ in }
    ) -> ContainerJob {
        var job = ContainerJob(
            image: image, arguments: ["train"], environment: environment,
            resources: .init(sharedMemoryBytes: 4 << 30), timeLimitSeconds: 3600, stopGraceSeconds: 120,
            rehearsalPlan: rehearsalPlan)
        change(&job)
        return job
    }

    @Test func `one host, one channel, hyperparameters, a metric`() throws {
        let job = try Requests.job([
            "HyperParameters": ["epochs": "3", "text": "\"quoted\" and ü"],
            "Environment": ["DEBUG": "1", "SM_MINE": "kept"],
            "InputDataConfig": [Requests.channel("train", "s3://bucket/data/train", ["ContentType": "text/csv"])],
            "AlgorithmSpecification": ["MetricDefinitions": [["Name": "loss", "Regex": "loss=([0-9.]+)"]]],
        ])
        let expected = Self.job(
            .init(
                hosts: [
                    Self.host(
                        "algo-1", resources: Self.homogeneous("algo-1", of: #""algo-1""#),
                        channels: #"{"train":{"ContentType":"text/csv","RecordWrapperType":"None","#
                            + #""S3DistributionType":"FullyReplicated","TrainingInputMode":"File"}}"#,
                        hyperparameters: #"{"epochs":"3","text":"\"quoted\" and ü"}"#)
                ], folders: Self.folders,
                inputs: [
                    .init(name: "train", path: "/opt/ml/input/data/train", source: .objects("s3://bucket/data/train"))
                ], results: Self.results("s3://bucket/out/digits-1/output"),
                failure: .init(path: "/opt/ml/output/failure", limit: 1024), isLenient: true)
        ) {
            $0.environment["DEBUG"] = "1"
            $0.environment["SM_MINE"] = "kept"
            $0.metrics = ["loss": "loss=([0-9.]+)"]
        }
        #expect(job == expected)
    }

    @Test func `three hosts without channels`() throws {
        let names = #""algo-1","algo-2","algo-3""#
        let expected = Self.job(
            .init(
                hosts: ["algo-1", "algo-2", "algo-3"].map {
                    Self.host($0, resources: Self.homogeneous($0, of: names))
                }, folders: Self.folders, results: Self.results("s3://bucket/out/digits-1/output"),
                failure: .init(path: "/opt/ml/output/failure"), isLenient: true))
        #expect(try Requests.job(["ResourceConfig": ["InstanceCount": 3]]) == expected)
    }

    @Test func `groups of different instances, a channel for one of them`() throws {
        let job = try Requests.job([
            "ResourceConfig": [
                "InstanceType": .null, "InstanceCount": .null,
                "InstanceGroups": [
                    ["InstanceGroupName": "data", "InstanceType": "ml.c5.xlarge", "InstanceCount": 2],
                    ["InstanceGroupName": "gpu", "InstanceType": "ml.g5.12xlarge", "InstanceCount": 1],
                ],
            ],
            "InputDataConfig": [
                Requests.channel("raw", "s3://bucket/raw", source: ["InstanceGroupNames": ["data"]])
            ],
        ])
        let groups =
            #"{"hosts":["algo-1","algo-2"],"instance_group_name":"data","instance_type":"ml.c5.xlarge"},"#
            + #"{"hosts":["algo-3"],"instance_group_name":"gpu","instance_type":"ml.g5.12xlarge"}"#
        func resources(_ host: String, _ type: String, _ group: String) -> String {
            Self.resources(
                of: host, hosts: #""algo-1","algo-2","algo-3""#, groups: groups, type: type, group: group)
        }
        let told =
            #"{"raw":{"RecordWrapperType":"None","S3DistributionType":"FullyReplicated","TrainingInputMode":"File"}}"#
        let expected = Self.job(
            .init(
                hosts: [
                    Self.host("algo-1", resources: resources("algo-1", "ml.c5.xlarge", "data"), channels: told),
                    Self.host("algo-2", resources: resources("algo-2", "ml.c5.xlarge", "data"), channels: told),
                    Self.host("algo-3", resources: resources("algo-3", "ml.g5.12xlarge", "gpu")),
                ], folders: Self.folders,
                inputs: [
                    .init(
                        name: "raw", path: "/opt/ml/input/data/raw", source: .objects("s3://bucket/raw"),
                        hosts: ["algo-1", "algo-2"])
                ], results: Self.results("s3://bucket/out/digits-1/output"),
                failure: .init(path: "/opt/ml/output/failure"), isLenient: true)
        ) { $0.resources = .init(sharedMemoryBytes: 96 << 30, gpus: -1) }
        #expect(job == expected)
    }

    @Test func `pipes with shards, gzip, seeds, RecordIO and an augmented manifest`() throws {
        let job = try Requests.job([
            "AlgorithmSpecification": ["TrainingInputMode": "Pipe"],
            "ResourceConfig": ["InstanceCount": 2],
            "InputDataConfig": [
                Requests.channel(
                    "train", "s3://bucket/t/", source: ["S3DataDistributionType": "ShardedByS3Key"],
                    [
                        "CompressionType": "Gzip", "RecordWrapperType": "RecordIO", "ShuffleConfig": ["Seed": 7],
                    ]),
                Requests.channel(
                    "boxes", "s3://bucket/boxes.manifest",
                    source: ["S3DataType": "AugmentedManifestFile", "AttributeNames": ["source-ref", "box"]]),
                Requests.channel(
                    "list", "s3://bucket/list.json", source: ["S3DataType": "ManifestFile"], ["InputMode": "File"]),
                Requests.channel("fast", "s3://bucket/fast/", ["InputMode": "FastFile"]),
            ],
        ])
        let rehearsalPlan = try #require(job.rehearsalPlan)
        #expect(
            rehearsalPlan.inputs == [
                .init(
                    name: "train", path: "/opt/ml/input/data/train", source: .objects("s3://bucket/t/"),
                    delivery: .pipe, isSharded: true, isCompressed: true, shuffleSeed: 7, isRecordIO: true),
                .init(
                    name: "boxes", path: "/opt/ml/input/data/boxes",
                    source: .augmentedManifest("s3://bucket/boxes.manifest", attributes: ["source-ref", "box"]),
                    delivery: .pipe),
                .init(
                    name: "list", path: "/opt/ml/input/data/list", source: .manifest("s3://bucket/list.json")),
                .init(
                    name: "fast", path: "/opt/ml/input/data/fast", source: .objects("s3://bucket/fast/"),
                    delivery: .readOnly),
            ])
        let told = rehearsalPlan.hosts.map { $0.files[1].content }
        let line =
            #"{"boxes":{"RecordWrapperType":"None","S3DistributionType":"FullyReplicated","TrainingInputMode":"Pipe"},"#
            + #""fast":{"RecordWrapperType":"None","S3DistributionType":"FullyReplicated","TrainingInputMode":"FastFile"},"#
            + #""list":{"RecordWrapperType":"None","S3DistributionType":"FullyReplicated","TrainingInputMode":"File"},"#
            + #""train":{"RecordWrapperType":"RecordIO","S3DistributionType":"ShardedByS3Key","TrainingInputMode":"Pipe"}}"#
        #expect(told == [line, line])
    }

    @Test func `isolated, and results uncompressed`() throws {
        let job = try Requests.job([
            "EnableNetworkIsolation": true, "OutputDataConfig": ["CompressionType": "NONE"],
        ])
        let place = "s3://bucket/out/digits-1/output"
        let expected = Self.job(
            .init(
                hosts: [Self.host("algo-1", resources: Self.homogeneous("algo-1", of: #""algo-1""#))],
                isIsolated: true, folders: Self.folders,
                results: [
                    .init(name: "model", path: "/opt/ml/model", isPacked: false, destination: place),
                    .init(
                        name: "data", path: "/opt/ml/output/data", isPacked: false, destination: place,
                        isKeptOnFailure: true),
                ], failure: .init(path: "/opt/ml/output/failure"), isLenient: true))
        #expect(job == expected)
    }

    @Test func `spot with checkpoints, under a drill`() throws {
        let job = try Requests.job(
            [
                "EnableManagedSpotTraining": true,
                "StoppingCondition": ["MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90],
                "CheckpointConfig": ["S3Uri": "s3://bucket/ck/digits"],
            ], RehearsalOptions(drill: .init(afterSeconds: 5, graceSeconds: 2)))
        let expected = Self.job(
            .init(
                hosts: [
                    Self.host(
                        "algo-1", resources: Self.homogeneous("algo-1", of: #""algo-1""#),
                        checkpoints: #"{"LocalPath":"/opt/ml/checkpoints/"}"#)
                ], folders: Self.folders,
                synced: [.init(path: "/opt/ml/checkpoints", place: "s3://bucket/ck/digits")],
                results: Self.results("s3://bucket/out/digits-1/output"),
                failure: .init(path: "/opt/ml/output/failure"), drill: .init(afterSeconds: 5, graceSeconds: 2),
                isLenient: true)
        ) { $0.timeLimitSeconds = 60 }
        #expect(job == expected)
    }

    @Test func `the same request makes the same bytes, whatever the order of its members is`() throws {
        let hyperparameters = Dictionary(uniqueKeysWithValues: (1...40).map { ("p\($0)", JSONValue.string("\($0)")) })
        let reordered = Dictionary(
            uniqueKeysWithValues: (1...40).reversed().map { ("p\($0)", JSONValue.string("\($0)")) })
        let first = try JSON.canonicalData(
            Requests.job(["HyperParameters": .object(hyperparameters), "ResourceConfig": ["InstanceCount": 12]]))
        let second = try JSON.canonicalData(
            Requests.job(["ResourceConfig": ["InstanceCount": 12], "HyperParameters": .object(reordered)]))
        #expect(first == second)
        #expect(try JSON.decode(ContainerJob.self, from: first).rehearsalPlan?.hosts.count == 12)
    }
}

extension Digest {
    /// Not used, because the tests' image has a digest.
    fileprivate static var none: Digest { preconditionFailure("no digest") }
}
