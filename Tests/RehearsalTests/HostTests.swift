import EngineTestSupport
import LaunchHost
import TestSupport
import Testing

/// Points 2, 4, 5, 8 and 12 of the contract, with three hosts.
@Suite("Several hosts", .needsEngine, .serialized)
struct HostTests {
    static let names = ["algo-1", "algo-2", "algo-3"]

    @Test
    func `Hosts have their own files and shards, resolve each other's names, and their results are merged`()
        async throws
    {
        let stage = try Stage()
        for index in 1...6 { try stage.folder.write("local/part-\(index)", "\(index)") }
        let ended = try await stage.rehearse(
            stage.request(
                [
                    "ResourceConfig": ["InstanceCount": 3],
                    "InputDataConfig": [
                        channel("all", "s3://bucket/none"),
                        channel("shard", "s3://bucket/none", source: ["S3DataDistributionType": "ShardedByS3Key"]),
                    ],
                ], probe: "echo only here >/opt/ml/model/$(hostname); [ $(ls /opt/ml/model | wc -l) = 1 ]",
                RehearsalOptions(
                    channels: ["all": stage.folder.file("local"), "shard": stage.folder.file("local")],
                    keepsLocal: true)))
        #expect(ended.end.phase == .succeeded, "\(ended.end) \(ended.log)")
        let all = (1...6).map { "part-\($0)" }
        var shards: [String] = []
        for name in Self.names {
            let probe = try ended.probe(name)
            let config = try JSONValue(parsing: probe.paths["/opt/ml/input/config/resourceconfig.json"]?.content ?? "")
            #expect(config["current_host"]?.stringValue == name)
            #expect(config["hosts"] == ["algo-1", "algo-2", "algo-3"])
            #expect(probe.files(in: "/opt/ml/input/data/all").keys.sorted() == all)
            let shard = probe.files(in: "/opt/ml/input/data/shard").keys
            #expect(shard.count == 2)
            shards += shard
            #expect(Set(probe.hosts.keys) == Set(Self.names))
            #expect(Set(probe.hosts.values).count == 3, "\(probe.hosts)")
            #expect(ended.file("model/\(name)") == "only here\n")
            #expect(ended.log[name]?.contains { $0.hasPrefix("probe of \(name)") } == true)
        }
        #expect(shards.sorted() == all)
        #expect(ended.isInternal == false)
        #expect(ended.record.timeline.hosts.map(\.name) == Self.names)
        #expect(ended.record.timeline.hosts.map(\.exitCode) == [0, 0, 0])
    }

    @Test
    func `A failed host fails the job; its failure file and exit code are the reason`() async throws {
        let stage = try Stage()
        let ended = try await stage.rehearse(
            stage.request(
                ["ResourceConfig": ["InstanceCount": 3]],
                probe: "if [ $(hostname) = algo-2 ]; then echo because >/opt/ml/output/failure; exit 4; fi"))
        #expect(ended.end.phase == .failed)
        #expect(ended.record.timeline.failure?.hasPrefix("because") == true)
        #expect(ended.record.timeline.hosts.map(\.exitCode) == [0, 4, 0])
        #expect(ended.description["FailureReason"]?.stringValue?.hasSuffix(", exit code: 4") == true)
    }

    @Test
    func `A group's channel is on its hosts only, and each host knows its instance type`() async throws {
        let stage = try Stage()
        try stage.folder.write("local/x", "x")
        let ended = try await stage.rehearse(
            stage.request(
                [
                    "ResourceConfig": [
                        "InstanceType": .null, "InstanceCount": .null,
                        "InstanceGroups": [
                            ["InstanceGroupName": "data", "InstanceType": "ml.c5.xlarge", "InstanceCount": 1],
                            ["InstanceGroupName": "work", "InstanceType": "ml.m5.large", "InstanceCount": 2],
                        ],
                    ],
                    "InputDataConfig": [
                        channel("raw", "s3://bucket/none", source: ["InstanceGroupNames": ["work"]])
                    ],
                ], RehearsalOptions(channels: ["raw": stage.folder.file("local")], keepsLocal: true)))
        #expect(ended.end.phase == .succeeded)
        for (name, type, group) in [
            ("algo-1", "ml.c5.xlarge", "data"), ("algo-2", "ml.m5.large", "work"), ("algo-3", "ml.m5.large", "work"),
        ] {
            let probe = try ended.probe(name)
            let config = try JSONValue(parsing: probe.paths["/opt/ml/input/config/resourceconfig.json"]?.content ?? "")
            #expect(config["current_instance_type"]?.stringValue == type)
            #expect(config["current_group_name"]?.stringValue == group)
            #expect(probe.files(in: "/opt/ml/input/data/raw").isEmpty == (group == "data"))
        }
    }

    @Test(arguments: [1, 3])
    func `Isolated hosts reach each other and nothing else`(count: Int64) async throws {
        let stage = try Stage()
        let ended = try await stage.rehearse(
            stage.request([
                "EnableNetworkIsolation": true, "ResourceConfig": ["InstanceCount": .integer(count)],
            ]))
        #expect(ended.end.phase == .succeeded)
        // A single host needs no network.
        #expect(ended.isInternal == (count == 1 ? nil : true))
        for name in Self.names.prefix(Int(count)) {
            let probe = try ended.probe(name)
            #expect(probe.routes.isEmpty == (count == 1), "\(probe.routes)")
            #expect(Set(probe.hosts.values).count == Int(count), "\(probe.hosts)")
        }
    }

    @Test
    func `Two concurrent rehearsals do not share a network, although their hosts have the same names`() async throws {
        let stage = try Stage()
        let changes: [String: JSONValue] = ["ResourceConfig": ["InstanceCount": 2]]
        async let first = stage.rehearse(stage.request(changes))
        async let second = stage.rehearse(stage.request(changes))
        let (one, other) = try await (first, second)
        for name in ["algo-1", "algo-2"] {
            let (here, there) = try (one.probe(name).hosts, other.probe(name).hosts)
            #expect(here.count == 2 && there.count == 2)
            #expect(Set(here.values).isDisjoint(with: there.values), "\(here) \(there)")
        }
    }
}
