import Foundation
import LaunchHost
import LaunchLocalDocker
import Testing

@Suite("Rendering and checks of local-docker")
struct RenderTests {
    private static func image() throws -> PinnedImage {
        let digest = try #require(Digest(rawValue: "sha256:" + String(repeating: "a", count: 64)))
        return PinnedImage(reference: "team/train@\(digest)", digest: digest, name: "team/train:1")
    }

    private static func render(
        _ template: [String: JSONValue], _ change: (inout ResolvedJob) -> Void = { _ in }
    ) throws -> (request: RunRequest, job: ContainerJob) {
        var job = ResolvedJob(
            runID: try #require(RunID(rawValue: "abc123")), runName: "first", project: "iris", entity: "team",
            author: "ann", resource: "local-docker", source: .image("team/train:1"), template: .object(template))
        change(&job)
        let request = try LocalDockerRunner(variables: [:]).render(RunnableJob(job: job, image: image()))
        return (request, try request.document.decode(ContainerJob.self))
    }

    private static func findings(_ template: [String: JSONValue]) throws -> [String] {
        LocalDockerRunner(variables: [:]).validate(try render(template).request).map(\.description)
    }

    @Test
    func `Without a template the image's settings apply, and the variables name the run`() throws {
        let job = try Self.render([:]).job
        #expect(job.entryPoint == nil)
        #expect(job.arguments == nil)
        #expect(job.stopGraceSeconds == 30)
        #expect(
            job.environment == [
                "LAUNCH_RUN_ID": "abc123", "LAUNCH_RUN_NAME": "first", "LAUNCH_PROJECT": "iris",
                "LAUNCH_RUN_CONFIG": "{}",
            ])
        #expect(try Self.findings([:]) == [])
    }

    @Test
    func `Every key of the template is rendered`() throws {
        let template: [String: JSONValue] = [
            "entry_point": .string("python"), "args": .array([.string("a")]), "env": .object(["A": .string("1")]),
            "cpus": .number(1.5), "memory": .integer(64 << 20), "shm_size": .integer(1 << 20),
            "gpus": .string("all"), "network": .string("host"), "user": .string("1000:1000"),
            "volumes": .array([.string("/data:/in:ro"), .string("cache:/cache"), .string("/w:/w:rw")]),
            "workdir": .string("/app"), "time_limit": .number(1.5), "stop_grace": .integer(5),
            "pids_limit": .integer(100), "cap_drop": .array([.string("ALL")]),
            "cap_add": .array([.string("CAP_CHOWN")]),
            "no_new_privileges": .bool(true), "read_only": .bool(true), "writable": .array([.string("/out")]),
            "ulimits": .object(["nofile": .string("1:2"), "core": .integer(0)]), "storage_size": .integer(1 << 30),
            "outputs": .array([.string("/out")]), "output_size_limit": .integer(1 << 30),
            "metrics": .object(["loss": .string("loss=([0-9.]+)")]),
        ]
        #expect(Set(template.keys) == Set(try #require(LocalDockerRunner.plugin.template).map(\.name)))
        let job = try Self.render(template).job
        #expect(job.entryPoint == ["python"])
        #expect(job.arguments == ["a"])
        #expect(job.environment["A"] == "1")
        #expect(job.resources == .init(cpus: 1.5, memoryBytes: 64 << 20, sharedMemoryBytes: 1 << 20, gpus: -1))
        #expect(
            job.mounts == [
                .init(source: "/data", target: "/in", readOnly: true), .init(source: "cache", target: "/cache"),
                .init(source: "/w", target: "/w"),
            ])
        #expect(job.network == "host")
        #expect(job.user == "1000:1000")
        #expect(job.workingDirectory == "/app")
        #expect(job.timeLimitSeconds == 2)
        #expect(job.stopGraceSeconds == 5)
        #expect(job.outputs == ["/out"])
        #expect(job.outputBytesLimit == 1 << 30)
        #expect(job.metrics == ["loss": "loss=([0-9.]+)"])
        #expect(
            job.hardening
                == .init(
                    processes: 100, dropped: ["ALL"], added: ["CAP_CHOWN"], noNewPrivileges: true, readOnlyRoot: true,
                    writable: ["/out"], limits: ["nofile": "1:2", "core": "0"], storageBytes: 1 << 30))
        #expect(try Self.findings(template) == [])
    }

    @Test
    func `A shared queue hardens containers, unless its template says otherwise`() throws {
        #expect(try Self.render([:]).job.hardening == nil)
        let shared = try Self.render([:]) { $0.isShared = true }.job.hardening
        #expect(shared?.processes == 4096 && shared?.noNewPrivileges == true)
        #expect(shared?.dropped?.contains("NET_RAW") == true && shared?.added == nil)
        let own: [String: JSONValue] = ["no_new_privileges": .bool(false), "cap_drop": .array([])]
        let kept = try Self.render(own) { $0.isShared = true }.job.hardening
        #expect(kept?.noNewPrivileges == false && kept?.dropped == [] && kept?.processes == 4096)
    }

    @Test
    func `A wrong hardening value is a finding at its key`() throws {
        let template: [String: JSONValue] = [
            "cap_drop": .array([.string("net_raw")]), "cap_add": .array([.string("ALL"), .string("CAP_ALL")]),
            "ulimits": .object(["files": .integer(1), "nofile": .string("5:4"), "core": .string("x")]),
            "writable": .array([.string("out"), .string("/a/../"), .string("/w"), .string("/w/")]),
            "read_only": .bool(true), "outputs": .array([.string("/elsewhere/x"), .string("/w/y")]),
            "storage_size": .integer(0),
        ]
        let request = try Self.render(template).request
        let places = LocalDockerRunner(variables: [:]).validate(request).map(\.path.description)
        #expect(
            Set(places) == [
                "cap_drop[0]", "cap_add[1]", "ulimits.files", "ulimits.nofile", "ulimits.core", "writable[0]",
                "writable[1]", "writable[3]", "outputs[0]", "storage_size",
            ], "\(places)")
    }

    @Test
    func `A submitter cannot change hardening, unless the queue allows it`() {
        let protected = Set(LocalDockerRunner.plugin.protectedPaths.map(\.description))
        #expect(
            protected.isSuperset(of: [
                "pids_limit", "cap_drop", "cap_add", "no_new_privileges", "read_only", "writable", "ulimits",
                "storage_size",
            ]))
    }

    @Test
    func `The submitter's values replace the template's, and the run's own variables replace both`() throws {
        let template: [String: JSONValue] = [
            "entry_point": .array([.string("a"), .string("b")]), "args": .array([.string("c")]),
            "env": .object(["A": .string("t"), "B": .string("t"), "LAUNCH_RUN_ID": .string("t")]),
        ]
        let kept = try Self.render(template).job
        #expect(kept.entryPoint == ["a", "b"])
        #expect(kept.arguments == ["c"])
        let job = try Self.render(template) { job in
            job.entryPoint = ["x"]
            job.arguments = ["y", "z"]
            job.environment = ["B": "s", "LAUNCH_QUEUE": "s"]
            job.queue = "gpu"
            job.runConfig = ["rate": .number(0.5), "b/c": .array([.null])]
        }.job
        #expect(job.entryPoint == ["x"])
        #expect(job.arguments == ["y", "z"])
        #expect(job.environment["A"] == "t")
        #expect(job.environment["B"] == "s")
        #expect(job.environment["LAUNCH_RUN_ID"] == "abc123")
        #expect(job.environment["LAUNCH_QUEUE"] == "gpu")
        #expect(job.environment["LAUNCH_RUN_CONFIG"] == #"{"b/c":[null],"rate":0.5}"#)
    }

    @Test
    func `A template with a value of the wrong kind gives an error instead of a request`() throws {
        for (key, value) in [("cpus", JSONValue.string("two")), ("volumes", .string("/a:/b")), ("env", .array([]))] {
            let error = #expect(throws: BackendError.self) { try Self.render([key: value]) }
            #expect(error?.category == .invalid)
            #expect(error?.message.contains("'\(key)'") == true)
        }
    }

    @Test
    func `All faults are found at once, each at its path`() throws {
        let found = try Self.findings([
            "entry_point": .array([]), "args": .array([.string("a\u{0}b")]),
            "env": .object(["1A": .string("x"), "LAUNCH_MINE": .string("x"), "OK": .string("\u{0}")]),
            "cpus": .integer(0), "memory": .integer(1 << 20), "shm_size": .integer(0), "network": .string(""),
            "user": .string("a b"), "workdir": .string("app"), "time_limit": .integer(0),
            "stop_grace": .integer(100_000),
            "volumes": .array([
                .string("/only"), .string("./rel:/a"), .string("/a:b"), .string("/a:/b:rx"), .string("/x:/c"),
                .string("/y:/c/"), .string("x:/d"), .string("/z:/"),
            ]),
            "outputs": .array([.string("out"), .string("/"), .string("/a/.."), .string("/o"), .string("/o/")]),
            "metrics": .object([
                "none": .string("a"), "two": .string("(a)(b)"), "bad": .string("("), "ok": .string("(?:a)(b)"),
            ]),
        ])
        let places = found.map { line in String(line.dropFirst("error: ".count).prefix { $0 != " " }) }
        #expect(
            places == [
                "entry_point:", "args[0]:", "user:", "workdir:", "network:", "env.1A:", "env.LAUNCH_MINE:", "env.OK:",
                "cpus:", "memory:", "shm_size:", "volumes[0]:", "volumes[1]:", "volumes[2]:", "volumes[3]:",
                "volumes[5]:", "volumes[6]:", "volumes[7]:", "outputs[0]:", "outputs[1]:", "outputs[2]:", "outputs[4]:",
                "time_limit:", "stop_grace:", "metrics.bad:", "metrics.none:", "metrics.two:",
            ], "\(found.joined(separator: "\n"))")
    }

    @Test(
        arguments: [
            ("/a:/b:z", "z", false), ("/a:/b:ro,Z", "Z", true), ("/a:/b:z,rw", "z", false), ("/a:/b:ro", nil, true),
            ("cache:/b:z", "z", false),
        ] as [(String, String?, Bool)])
    func `A mount's options are ro, rw, z and Z, and nothing else`(_ text: String, _ label: String?, _ readOnly: Bool)
        throws
    {
        let template: [String: JSONValue] = ["volumes": .array([.string(text)])]
        let mount = try #require(try Self.render(template).job.mounts.first)
        #expect(mount.target == "/b" && mount.label == label && mount.readOnly == readOnly)
        #expect(try Self.findings(template) == [])
    }

    @Test(arguments: ["/a:/b:z,Z", "/a:/b:ro,rw", "/a:/b:cached", "/a:/b:z,"])
    func `Other options of a mount are refused`(_ text: String) throws {
        let found = try Self.findings(["volumes": .array([.string(text)])])
        #expect(
            found.count == 1 && found[0].hasPrefix("error: volumes[0]: what follows the target must be"), "\(found)")
    }

    @Test
    func `Long parameters are split into variables that fit, and join to the same text`() throws {
        let text = String(repeating: "é\u{1F680}x", count: 50_000)
        let rendered = try Self.render([:]) { $0.runConfig = ["text": .string(text)] }
        let environment = rendered.job.environment
        #expect(environment["LAUNCH_RUN_CONFIG"] == nil)
        let pieces = (0..<environment.count).compactMap { environment["LAUNCH_RUN_CONFIG_\($0)"] }
        #expect(pieces.count == 4 && pieces.allSatisfy { $0.utf8.count < 128 << 10 })
        #expect(try JSON.decode([String: String].self, from: Data(pieces.joined().utf8)) == ["text": text])
        #expect(LocalDockerRunner(variables: [:]).validate(rendered.request).isEmpty)
    }

    @Test
    func `Text that is too long for a program's start is found before the start`() throws {
        let long = JSONValue.string(String(repeating: "x", count: 128 << 10))
        #expect(try Self.findings(["env": .object(["A": long])]).map { $0.contains("env.A") } == [true])
        let all = try Self.render([:]) { $0.runConfig = ["t": .string(String(repeating: "x", count: 2_000_000))] }
        let found = LocalDockerRunner(variables: [:]).validate(all.request).map(\.description)
        #expect(found.count == 1 && found[0].contains("a program can be started with at most"))
    }

    @Test
    func `A request of another runner, or a malformed one, is one finding`() {
        let runner = LocalDockerRunner(variables: [:])
        #expect(runner.validate(RunRequest(runner: "sagemaker", document: .object([:]))).count == 1)
        #expect(runner.validate(RunRequest(runner: "local-docker", document: .array([]))).count == 1)
    }

    @Test
    func `The environment reports user and host`() async throws {
        let identity = try await LocalEnvironment().verify()
        #expect(identity.principal.contains("@"))
        #expect(identity.principal.first != "@")
    }
}
