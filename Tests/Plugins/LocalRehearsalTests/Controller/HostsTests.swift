import LaunchLocalDocker
import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchHost
import TestSupport
import Testing

@testable import LaunchLocalContainers
@testable import LaunchLocalRehearsal

@Suite("Hosts of a container job", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct HostsTests {
    @Test
    func `One host: its files, its end, and no leftovers`() async throws {
        let stage = try Stage()
        let job = try await Stage.job(
            """
            hostname; cat /opt/ml/input/config/a.json; echo; stat -c '%a %U %n' /opt /opt/ml /opt/ml/input \
            /opt/ml/input/config /opt/ml/input/config/a.json /opt/ml/model; echo $COMMON $OWN; ip addr | grep -c eth0
            echo weights > /opt/ml/model/w; echo 'loss=0.25'
            """
        ) { rehearsalPlan in
            rehearsalPlan.hosts[0].files = [.init(path: "/opt/ml/input/config/a.json", content: "{\"a\":1}")]
            rehearsalPlan.hosts[0].environment = ["OWN": "mine"]
            rehearsalPlan.folders = [.init(path: "/opt/ml/model", mode: 0o777)]
            rehearsalPlan.results = [.init(name: "model.tar.gz", path: "/opt/ml/model")]
        }
        var whole = job
        whole.environment = ["COMMON": "all"]
        whole.metrics = ["loss": "loss=([0-9.]+)"]
        let ended = try await stage.run(whole)
        #expect(ended.observation.phase == .succeeded)
        #expect(ended.observation.cause?.exitCode == 0)
        #expect(
            ended.log.map(\.text) == [
                "algo-1", "{\"a\":1}", "755 root /opt", "755 root /opt/ml", "755 root /opt/ml/input",
                "755 root /opt/ml/input/config", "644 root /opt/ml/input/config/a.json", "777 root /opt/ml/model",
                "all mine", "0", "loss=0.25",
            ])
        #expect(ended.log.allSatisfy { $0.host == nil })
        #expect(ended.outcome.metrics == ["loss": 0.25])
        #expect(ended.outcome.warnings.isEmpty)
        let model = try #require(ended.outcome.outputs.first)
        #expect(model.name == "model.tar.gz")
        #expect(model.path.hasSuffix("/outputs/model.tar.gz"))
        #expect(try await PackedFile.list(model.path) == ["w"])
        #expect(
            ended.timeline.steps.map(\.status) == [.starting, .training, .uploading, .completed])
        #expect(ended.timeline.hosts.map(\.exitCode) == [0])
    }

    @Test
    func `Three hosts resolve each other's names; another job's hosts do not`() async throws {
        let stage = try Stage()
        let hosts = ["algo-1", "algo-2", "algo-3"]
        // Each host serves its name until all have read all names: one that starts earlier retries.
        let script = """
            (while :; do echo "from $(hostname)" | nc -l -p 9000; done) & server=$!
            for peer in \(hosts.joined(separator: " ")); do
                until answer=$(nc $peer 9000 </dev/null 2>/dev/null) && [ -n "$answer" ]; do sleep 0.1; done
                echo "$answer"
            done
            echo done; until [ -e /go/go ]; do sleep 0.1; done; kill $server
            """
        @Sendable func run(isolated: Bool) async throws -> Stage.Ended {
            let place = try TemporaryDirectory()
            try place.write("go/empty", "")
            let job = try await Stage.job(script, hosts: hosts, isolated: isolated, Self.waiting(for: place))
            return try await stage.run(job) { runner, handle in
                try await Stage.lines("done", count: hosts.count, of: handle, with: runner)
                try place.write("go/go", "")
            }
        }
        async let first = run(isolated: true)
        async let second = run(isolated: false)
        for ended in try await [first, second] {
            #expect(ended.observation.phase == .succeeded)
            for host in hosts {
                let lines = ended.log.filter { $0.host == host }.map(\.text)
                #expect(lines == hosts.map { "from \($0)" } + ["done"])
            }
            #expect(ended.log.map { $0.time ?? .distantPast } == ended.log.map { $0.time ?? .distantPast }.sorted())
        }
    }

    /// Mounts the folder in all hosts in which the test allows them to continue.
    private static func waiting(for place: TemporaryDirectory) -> @Sendable (inout RehearsalPlan) -> Void {
        { $0.inputs = [.init(name: "go", path: "/go", source: .folder(place.file("go")), delivery: .readOnly)] }
    }

    @Test(arguments: [true, false])
    func `The name of an ended host still resolves to its address`(isolated: Bool) async throws {
        let place = try TemporaryDirectory()
        try place.write("go/empty", "")
        // ping prints the address before it learns that no host replies.
        let job = try await Stage.job(
            """
            [ $(hostname) = algo-1 ] || { hostname -i; exit 0; }
            until [ -e /go/go ]; do sleep 0.1; done
            ping -c 1 -W 1 algo-2 | sed -n 's/^PING algo-2 (\\(.*\\)):.*/\\1/p'; exit 0
            """, hosts: ["algo-1", "algo-2"], isolated: isolated, Self.waiting(for: place))
        let ended = try await Stage().run(job) { runner, handle in
            let engine = try await EngineFixture.engine()
            let name = HostNames.container(handle.runID, "algo-2", attempt: 1)
            try #require(
                try await eventually {
                    try await engine.container(name)?.state.hasEnded == true
                })
            try place.write("go/go", "")
        }
        let addresses = ended.log.map(\.text)
        #expect(addresses.count == 2 && Set(addresses).count == 1 && addresses.first?.isEmpty == false, "\(addresses)")
        #expect(Set(ended.log.map(\.host)) == ["algo-1", "algo-2"])
    }

    @Test
    func `Hosts of two jobs are in networks of their own`() async throws {
        let stage = try Stage()
        let one = try await Stage.job("echo up; sleep 600", hosts: ["algo-1", "only-here"])
        _ = try await stage.run(one) { runner, handle in
            try await Stage.reach(handle, with: runner) { $0.phase == .running }
            let other = try await Stage.job("nslookup only-here && exit 7; exit 0", hosts: ["algo-1", "algo-2"])
            let ended = try await Stage().run(other)
            #expect(ended.timeline.hosts.map(\.exitCode) == [0, 0])
            try await runner.stop(handle, grace: .zero)
        }
    }

    @Test
    func `A failed host fails the job; the others run to their end, and the failure file has the reason`() async throws
    {
        let long = String(repeating: "ä", count: 1500)
        let stage = try Stage()
        let job = try await Stage.job(
            """
            if [ $(hostname) = algo-2 ]; then mkdir -p /opt/ml/output; printf '\(long)' > /opt/ml/output/failure; exit 3; fi
            sleep 1; echo late
            """, hosts: ["algo-1", "algo-2"]
        ) { rehearsalPlan in
            rehearsalPlan.failure = .init(path: "/opt/ml/output/failure")
            rehearsalPlan.folders = [.init(path: "/opt/ml/model")]
            rehearsalPlan.results = [
                .init(name: "model.tar.gz", path: "/opt/ml/model", isKeptWhenEmpty: true),
                .init(name: "output.tar.gz", path: "/opt/ml/output", isKeptOnFailure: true),
            ]
        }
        let ended = try await stage.run(job)
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause == Cause(.exit, "algo-2: " + String(repeating: "ä", count: 1024), exitCode: 3))
        #expect(ended.timeline.failure == String(repeating: "ä", count: 1024))
        #expect(ended.text.contains("late"))
        #expect(ended.outcome.outputs.map(\.name) == ["output.tar.gz"])
        #expect(ended.timeline.steps.last?.status == .failed)
    }

    @Test
    func `The cause omits a failure file's last line end, and names the host if there are several`() async throws {
        let script = "[ $(hostname) = algo-1 ] && exit 5; echo because > /failure; exit 4"
        let several = try await Stage().run(
            try await Stage.job(script, hosts: ["algo-1", "algo-2"]) { $0.failure = .init(path: "/failure") })
        #expect(several.observation.cause == Cause(.exit, "algo-2: because", exitCode: 4))
        let one = try await Stage().run(
            try await Stage.job("echo because > /failure; exit 4") { $0.failure = .init(path: "/failure") })
        #expect(one.observation.cause == Cause(.exit, "because", exitCode: 4))
        #expect(one.timeline.failure == "because\n")
    }

    @Test
    func `A write error has the system's message`() throws {
        let folder = try TemporaryDirectory()
        try folder.write("file", "")
        do {
            try FileManager.default.createDirectory(
                atPath: folder.file("file/deep"), withIntermediateDirectories: true)
            Issue.record("a file is no folder")
        } catch {
            let words = FileFault.words(error)
            #expect(!words.contains("CocoaError") && !words.contains("("), "\(words)")
        }
    }

    @Test
    func `Without a failure file the exit code is the reason, with the host's name if there are several`() async throws
    {
        let stage = try Stage()
        let ended = try await stage.run(
            try await Stage.job("[ $(hostname) = algo-1 ] || exit 9", hosts: ["algo-1", "algo-2"]))
        #expect(ended.observation.cause == Cause(.exit, "algo-2: exit code 9", exitCode: 9))
    }

    @Test
    func `A job that cannot be started fails with the engine's reason`() async throws {
        let stage = try Stage()
        var job = try await Stage.job("true")
        job.entryPoint = ["/no/such/program"]
        let ended = try await stage.run(job)
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause?.code == .submit)
        #expect(ended.observation.cause?.message.contains("/no/such/program") == true)
    }
}

/// The content of archives, as listed by tar.
enum PackedFile {
    static func list(_ path: String) async throws -> [String] {
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: "/bin/tar")
        process.arguments = ["-tzf", path]
        let pipe = Pipe()
        process.setStreams(output: pipe)
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init).sorted()
    }
}
