import AWSStub
import EngineTestSupport
import Foundation
import LaunchHost
import TestSupport
import Testing

/// Points 2, 3, 4 and 12 of the contract, with one host: the content of `/opt/ml`, and its results.
@Suite("Folders of a container", .needsEngine, .serialized)
struct FolderTests {
    @Test
    func `The configuration files, byte for byte, and the existing folders`() async throws {
        let stage = try Stage()
        stage.stub.s3.add([0x61], bucket: "bucket", key: "data/x.csv")
        let request = try await stage.request([
            "HyperParameters": ["epochs": "3", "text": "\"q\" \\ ü"],
            "CheckpointConfig": ["S3Uri": "s3://bucket/ck", "LocalPath": "/opt/ml/checkpoints"],
            "InputDataConfig": [channel("train", "s3://bucket/data/", ["ContentType": "text/csv"])],
        ])
        let probe = try await stage.rehearse(request).probe()
        let hyperparameters = try #require(request.document["HyperParameters"])
        #expect(
            probe.files(in: "/opt/ml/input/config") == [
                "hyperparameters.json": try JSON.canonical(hyperparameters),
                "inputdataconfig.json":
                    #"{"train":{"ContentType":"text/csv","RecordWrapperType":"None","S3DistributionType":"FullyReplicated","TrainingInputMode":"File"}}"#,
                "resourceconfig.json":
                    #"{"current_group_name":"homogeneousCluster","current_host":"algo-1","current_instance_type":"ml.m5.large","hosts":["algo-1"],"instance_groups":[{"hosts":["algo-1"],"instance_group_name":"homogeneousCluster","instance_type":"ml.m5.large"}],"network_interface_name":"eth0"}"#,
                "checkpointconfig.json": #"{"LocalPath":"/opt/ml/checkpoints"}"#,
            ])
        for (path, mode) in [
            ("/opt/ml/input/config/hyperparameters.json", "644"), ("/opt/ml/input/config", "755"),
            ("/opt/ml/input/data", "755"), ("/opt/ml/input/data/train", "755"), ("/opt/ml/model", "777"),
            ("/opt/ml/output", "777"), ("/opt/ml/output/data", "777"), ("/opt/ml/checkpoints", "777"),
        ] {
            #expect(probe.paths[path]?.mode == mode, "\(path): \(String(describing: probe.paths[path]))")
        }
        #expect(probe.paths["/opt/ml/output/failure"] == nil)
        #expect(probe.files(in: "/opt/ml/code") == ["of-image.py": "print()\n"])
        #expect(probe.files(in: "/opt/ml/input/data/train") == ["x.csv": "a"])
    }

    @Test
    func `File: a copy that the program may change; a prefix is a beginning of keys; keys of folders are omitted`()
        async throws
    {
        let stage = try Stage()
        for key in ["in/train/a", "in/train-2/b", "in/other", "in/train/sub/c"] {
            stage.stub.s3.add(Array(key.utf8), bucket: "bucket", key: key)
        }
        stage.stub.s3.add([], bucket: "bucket", key: "in/train/")
        let local = stage.folder.file("local")
        try stage.folder.write("local/deep/file", "mine")
        let ended = try await stage.rehearse(
            stage.request(
                ["InputDataConfig": [channel("s3", "s3://bucket/in/train"), channel("local", "s3://bucket/none")]],
                probe: "set -e; echo more >>/opt/ml/input/data/local/deep/file; rm /opt/ml/input/data/s3/train-2/b",
                RehearsalOptions(channels: ["local": local], keepsLocal: true)))
        #expect(ended.end.phase == .succeeded)
        let probe = try ended.probe()
        #expect(
            probe.files(in: "/opt/ml/input/data/s3") == [
                "train/a": "in/train/a", "train-2/b": "in/train-2/b", "train/sub/c": "in/train/sub/c",
            ])
        #expect(probe.files(in: "/opt/ml/input/data/local") == ["deep/file": "mine"])
        #expect(FileManager.default.contents(atPath: "\(local)/deep/file") == Data("mine".utf8))
        #expect(stage.stub.s3.content(bucket: "bucket", key: "in/train-2/b") != nil)
    }

    @Test
    func `FastFile: the same files, read-only`() async throws {
        let stage = try Stage()
        try stage.folder.write("local/file", "mine")
        let ended = try await stage.rehearse(
            stage.request(
                ["InputDataConfig": [channel("fast", "s3://bucket/none", ["InputMode": "FastFile"])]],
                probe: """
                    if echo x >/opt/ml/input/data/fast/new 2>/dev/null; then exit 7; fi
                    if echo x >>/opt/ml/input/data/fast/file 2>/dev/null; then exit 8; fi
                    """, RehearsalOptions(channels: ["fast": stage.folder.file("local")], keepsLocal: true)))
        #expect(ended.end.phase == .succeeded, "\(ended.end)")
        #expect(try ended.probe().files(in: "/opt/ml/input/data/fast") == ["file": "mine"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: stage.folder.file("local")) == ["file"])
    }

    @Test(arguments: ["File", "FastFile", "Pipe"])
    func `An empty local folder is refused for a channel of S3, and accepted for a file system`(mode: String)
        async throws
    {
        let stage = try Stage()
        for name in ["none/sub", "train/sub", "fsx"] {
            try FileManager.default.createDirectory(
                atPath: stage.folder.file(name), withIntermediateDirectories: true)
        }
        let fileSystem: JSONValue = [
            "ChannelName": "fsx",
            "DataSource": [
                "FileSystemDataSource": [
                    "FileSystemId": "fs-0123456789abcdef0", "FileSystemType": "FSxLustre", "DirectoryPath": "/fsx",
                    "FileSystemAccessMode": "ro",
                ]
            ],
        ]
        let options = RehearsalOptions(channels: ["fsx": stage.folder.file("fsx")], keepsLocal: true)
        let vpc: JSONValue = ["Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]]
        let empty = try await stage.rehearse(
            stage.request(["VpcConfig": vpc, "InputDataConfig": [fileSystem]], options))
        #expect(empty.end.phase == .succeeded, "\(empty.end)")
        func request(_ folder: String) async throws -> RunRequest {
            try await stage.request(
                ["InputDataConfig": [channel("train", "s3://bucket/none", ["InputMode": .string(mode)])]],
                RehearsalOptions(channels: ["train": stage.folder.file(folder)], keepsLocal: true))
        }
        let findings = stage.runner.validate(try await request("none"))
        #expect(
            findings.contains {
                $0.severity == .error && $0.message.contains("\(stage.folder.file("none")) has no files")
            },
            "\(findings)")
        // Where a link leads is only known when the folder is read.
        try FileManager.default.createSymbolicLink(
            atPath: stage.folder.file("train/link"), withDestinationPath: "sub")
        let refused = try await stage.rehearse(try await request("train"))
        #expect(refused.end.phase == .failed)
        let message = refused.end.cause?.message ?? ""
        #expect(message.contains(stage.folder.file("train")) && message.contains("has no files"), "\(message)")
    }

    @Test
    func `Pipe: one pipe per epoch, each with all the data in a new order of the seed`() async throws {
        let stage = try Stage()
        for name in ["a", "b", "c"] { try stage.folder.write("local/\(name)", "<\(name)>") }
        let ended = try await stage.rehearse(
            stage.request(
                [
                    "InputDataConfig": [
                        channel("train", "s3://bucket/none", ["InputMode": "Pipe", "ShuffleConfig": ["Seed": 5]])
                    ]
                ],
                probe: """
                    for epoch in 0 1 2; do
                        while [ ! -p /opt/ml/input/data/train_$epoch ]; do usleep 10000; done
                        cat /opt/ml/input/data/train_$epoch >/opt/ml/output/data/epoch-$epoch
                    done
                    """, RehearsalOptions(channels: ["train": stage.folder.file("local")], keepsLocal: true)))
        #expect(ended.end.phase == .succeeded)
        #expect(try ended.probe().paths["/opt/ml/input/data/train_0"]?.kind == "fifo")
        let epochs = (0...2).map { ended.file("output/epoch-\($0)") ?? "" }
        for epoch in epochs { #expect(["<a>", "<b>", "<c>"].allSatisfy(epoch.contains) && epoch.utf8.count == 9) }
    }

    @Test
    func `ManifestFile: the listed objects, with the manifest beside them`() async throws {
        let stage = try Stage()
        for name in ["one", "two", "three"] { stage.stub.s3.add(Array(name.utf8), bucket: "bucket", key: "m/\(name)") }
        let text = #"[{"prefix":"s3://bucket/m/"},"one","three"]"#
        stage.stub.s3.add(Array(text.utf8), bucket: "bucket", key: "list.manifest")
        let probe = try await stage.rehearse(
            stage.request([
                "InputDataConfig": [
                    channel("train", "s3://bucket/list.manifest", source: ["S3DataType": "ManifestFile"])
                ]
            ])
        ).probe()
        #expect(probe.files(in: "/opt/ml/input/data/train") == ["one": "one", "three": "three"])
        #expect(probe.paths["/opt/ml/input/data/train-manifest"]?.content == text)
    }

    @Test
    func `The model and the output are packed as by the service, at the request's destination`() async throws {
        let stage = try Stage()
        let request = try await stage.request(
            [
                "AlgorithmSpecification": [
                    "MetricDefinitions": [
                        ["Name": "loss", "Regex": "loss=([0-9.]+)"], ["Name": "no", "Regex": "x(y)"],
                        ["Name": "acc", "Regex": "acc=(?P<value>[0-9.]+)"],
                    ]
                ]
            ],
            probe: """
                mkdir -p /opt/ml/model/sub; echo w >/opt/ml/model/weights; echo s >/opt/ml/model/sub/deep
                echo loss=0.75; echo loss=0.5; echo acc=0.25 >&2
                """, RehearsalOptions())
        let ended = try await stage.rehearse(request)
        let name = try #require(request.document["TrainingJobName"]?.stringValue)
        let place = "s3://bucket/out/\(name)/output"
        #expect(
            ended.record.timeline.results == [
                .init(name: "model.tar.gz", path: "\(place)/model.tar.gz"),
                .init(name: "output.tar.gz", path: "\(place)/output.tar.gz"),
            ])
        #expect(ended.file("model/weights") == "w\n")
        #expect(ended.file("model/sub/deep") == "s\n")
        #expect(ended.description["ModelArtifacts"]?["S3ModelArtifacts"]?.stringValue == "\(place)/model.tar.gz")
        #expect(ended.record.timeline.metrics == ["loss": 0.5, "acc": 0.25])
        let metrics = ended.description["FinalMetricDataList"]?.arrayValue
        #expect(metrics?.compactMap { $0["MetricName"]?.stringValue } == ["loss", "acc"])
        #expect(metrics?.first?["Value"]?.doubleValue == 0.5)
    }

    @Test
    func `CompressionType NONE: the files, not packed`() async throws {
        let stage = try Stage()
        let request = try await stage.request(
            ["OutputDataConfig": ["CompressionType": "NONE"]], probe: "echo w >/opt/ml/model/weights",
            RehearsalOptions())
        let ended = try await stage.rehearse(request)
        #expect(ended.end.phase == .succeeded)
        let name = try #require(request.document["TrainingJobName"]?.stringValue)
        #expect(
            stage.stub.s3.content(bucket: "bucket", key: "out/\(name)/output/model/weights") == Array("w\n".utf8))
    }

    @Test(arguments: [true, false])
    func `--output: each job has its own folder, and the user's files there stay`(isPacked: Bool) async throws {
        let stage = try Stage()
        for file in ["model/mine", "data/mine", "model.tar.gz"] { try stage.folder.write("out/\(file)", "mine") }
        let compression: JSONValue = ["OutputDataConfig": ["CompressionType": isPacked ? "GZIP" : "NONE"]]
        for probe in ["echo w >/opt/ml/model/weights", "true"] {
            let request = try await stage.request(
                compression.objectValue ?? [:], probe: probe, RehearsalOptions(output: stage.folder.file("out")))
            let ended = try await stage.rehearse(request)
            #expect(ended.end.phase == .succeeded)
            let name = try #require(request.document["TrainingJobName"]?.stringValue)
            let place = stage.folder.file("out/\(name)/output")
            let model = isPacked ? "model.tar.gz" : "model"
            let hasModel = probe != "true"
            #expect(FileManager.default.fileExists(atPath: "\(place)/\(model)") == hasModel)
            #expect(ended.outcome.outputs.contains { $0.path == "\(place)/\(model)" } == hasModel)
        }
        for file in ["model/mine", "data/mine", "model.tar.gz"] {
            #expect(FileManager.default.contents(atPath: stage.folder.file("out/\(file)")) == Data("mine".utf8))
        }
    }

    @Test(arguments: [(nil, 4 << 20), (64 << 20, 64 << 10)])
    func `The size of /dev/shm follows the rule or the option`(asked: Int64?, kibibytes: Int) async throws {
        let stage = try Stage()
        let probe = try await stage.rehearse(
            stage.request([:], RehearsalOptions(keepsLocal: true, sharedMemoryBytes: asked))
        ).probe()
        #expect(probe.sharedMemory == kibibytes)
    }
}

/// A channel of S3 objects.
func channel(
    _ name: String, _ uri: String, source: [String: JSONValue] = [:], _ more: [String: JSONValue] = [:]
) -> JSONValue {
    let s3: JSONValue = ["S3DataType": "S3Prefix", "S3Uri": .string(uri)]
    let base: JSONValue = [
        "ChannelName": .string(name), "DataSource": ["S3DataSource": s3.merging(.object(source))],
    ]
    return base.merging(.object(more))
}
