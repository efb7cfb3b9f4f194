import Foundation
import LaunchBuilders
import LaunchConformance
import LaunchHost
import LaunchLocalDocker
import Synchronization
import TestSupport
import Testing

/// With a real engine and a real registry. Serialized, because the tests check shared places for leftovers.
@Suite(.serialized, .enabled(if: TestDocker.isWanted, "LAUNCH_TEST_NO_ENGINE=1"))
struct DockerBuilderTests {
    @Test func `building into the engine's store passes the conformance kit`() async throws {
        let bench = try BuildBench()
        let report = await BuilderConformance(bench.fixture { try bench.engineStore() }).run()
        #expect(report.isConforming)
    }

    @Test(.enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"))
    func `building into a registry with a login passes the conformance kit`() async throws {
        let bench = try BuildBench()
        let server = try await RegistryServer(.init(login: true))
        let fixture = bench.fixture({ try Self.registry(server) }, secrets: [RegistryServer.password])
        let report = await BuilderConformance(fixture).run()
        #expect(report.isConforming)
    }

    @Test(.enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"))
    func `the password is not in any process's arguments or environment, file or message`() async throws {
        let server = try await RegistryServer(.init(login: true))
        let registry = try Self.registry(server)
        // The base image is in the same registry, so the build needs the login too.
        let folder = try TemporaryDirectory()
        let bench = try BuildBench(base: "\(server.host)/team/base:v1")
        try Self.push(bench.base, folder: folder)
        let own = "\(ProcessInfo.processInfo.environment["HOME"] ?? "/nonexistent")/.docker/config.json"
        let before = FileManager.default.contents(atPath: own)
        let told = Names()

        let watch = ProcessWatch(for: [RegistryServer.password])
        let (image, _) = try await bench.build(
            bench.source(.good(content: UUID().uuidString)), with: bench.builder(["no_cache": .bool(true)]),
            to: registry
        ) { told.add($0.line) }
        let failure = await #expect(throws: BackendError.self) {
            _ = try await bench.build(bench.source(.failing), with: bench.builder(), to: registry)
        }
        let seen = watch.stop()
        #expect(seen.scans > 10)
        #expect(seen.sawBuild, "the watch has not seen the build itself, so the test proves nothing")
        #expect(seen.found.isEmpty)
        #expect(FileManager.default.contents(atPath: own) == before)
        #expect(!told.all.joined().contains(RegistryServer.password))
        #expect(failure?.description.contains(RegistryServer.password) == false)
        #expect(image.reference.hasPrefix("\(server.host)/team/launch-launch-test@sha256:"))
    }

    @Test func `building with BuildKit passes the conformance kit`() async throws {
        // With an explicit network, BuildKit is used if it is available.
        guard await BuildBench.hasBuildKit() else { return }
        let bench = try BuildBench()
        let report = await BuilderConformance(
            bench.fixture({ try bench.engineStore() }, options: ["network": .string("none")])
        ).run()
        #expect(report.isConforming)
    }

    @Test func `a secret's file exists only for its step`() async throws {
        guard await BuildBench.hasBuildKit() else { return }
        let bench = try BuildBench()
        let secret = "token-\(UUID().uuidString)"
        let file = try bench.folder.write("token", secret)
        let source = try await bench.source(.good(content: "x"))
        try Data(
            """
            FROM \(bench.base)
            RUN --mount=type=secret,id=token \(BuildBench.run("/bin/busybox wc -c </run/secrets/token >/size").dropFirst(4))
            """.utf8
        ).write(to: URL(fileURLWithPath: "\(source.context)/Dockerfile"))
        let builder = try bench.builder([
            "secrets": .object(["token": .string(file)]), "network": .string("none"), "no_cache": .bool(true),
        ])
        let watch = ProcessWatch(for: [secret])
        let (image, _) = try await bench.build(source, with: builder, to: bench.engineStore())
        let seen = watch.stop()
        #expect(seen.sawBuild)
        #expect(seen.found.isEmpty)
        let size = try TestDocker.docker([
            "run", "--rm", "--network", "none", image.reference, "/bin/busybox", "cat", "/size",
        ])
        #expect(size == "\(secret.utf8.count)")
    }

    @Test func `a secret is masked in the build's output, and is missing in a build for another queue`() async throws {
        guard await BuildBench.hasBuildKit() else { return }
        let bench = try BuildBench()
        let secret = "planted/\(UUID().uuidString)"
        let file = try bench.folder.write("token", secret)
        let script =
            "cat /run/secrets/token; echo; base64 /run/secrets/token; test -s /run/secrets/token && echo it-is-here; true"
        var source = try await bench.source(.good(content: "x"))
        try Data(
            """
            FROM \(bench.base)
            ENV PATH=/bin
            RUN --mount=type=secret,id=token ["/bin/busybox", "sh", "-c", "\(script.replacing("cat", with: "busybox cat").replacing("base64", with: "busybox base64"))"]
            """.utf8
        ).write(to: URL(fileURLWithPath: "\(source.context)/Dockerfile"))
        let builder = try bench.builder([
            "secrets": .object([
                "token": .object(["file": .string(file), "queues": .array([.string("train")])])
            ]), "network": .string("none"), "no_cache": .bool(true),
        ])
        let registry = try bench.engineStore()
        let key = try await builder.key(for: source, offline: false)
        for queue in ["train", "other"] {
            source.queue = queue
            let said = Mutex("")
            // Not through `key`, which would reject the other queue before the build.
            let destination = try registry.destination(for: key, repository: "launch-test-\(queue)")
            _ = try await builder.build(source, key: key, to: destination, registry: registry) { progress in
                said.withLock { $0 += progress.line + "\n" }
            }
            let text = said.withLock { $0 }
            #expect(text.contains("it-is-here\n") == (queue == "train"), "\(queue): \(text)")
            #expect(text.contains(SecretMask.mark) == (queue == "train"), "\(queue): \(text)")
            #expect(!text.contains(secret) && !text.contains(Data(secret.utf8).base64EncodedString().prefix(16)))
        }
    }

    @Test(.enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"))
    func `pulling the base image does not change a key; moving the base's tag does`() async throws {
        let server = try await RegistryServer()
        let name = "\(server.host)/base:latest"
        let bench = try BuildBench(base: name)
        try TestDocker.docker(["push", "--quiet", name])
        TestDocker.removeImages([name])
        let source = try await bench.source(.good(content: "x"))
        let builder = try bench.builder()
        let asked = try await builder.key(for: source, offline: false)
        try TestDocker.docker(["pull", "--quiet", name])
        #expect(try await builder.key(for: source, offline: false) == asked)
        TestDocker.removeImages([name])
        let moved = try await server.pushImage("base", tag: "latest", content: "another")
        #expect(!moved.isEmpty)
        #expect(try await builder.key(for: source, offline: false) != asked)
    }

    @Test func `a cancelled push leaves no name and no image`() async throws {
        let gate = Gate()
        defer { gate.open() }
        let uploads = Names()
        let server = try TestServer { request in
            let headers = [("Docker-Distribution-Api-Version", "registry/2.0")]
            if request.target == "/v2/" { return TestAnswer(200, headers: headers, []) }
            guard request.target.contains("/blobs/") else { return TestAnswer(404, headers: headers, []) }
            uploads.add(request.target)
            return TestAnswer(404, headers: headers, before: [.wait(gate)], [])
        }
        let bench = try BuildBench()
        let registry = try LocalRegistry.plugin.make(
            Options(["uri": .string("localhost:\(server.port)")]), PluginContext(variables: bench.variables))
        let (source, builder) = (try await bench.source(.good(content: UUID().uuidString)), try bench.builder())
        let task = Task { try await bench.build(source, with: builder, to: registry) }
        #expect(await eventually { !uploads.all.isEmpty })
        let key = try await builder.key(for: source, offline: false)
        let label = ["image", "ls", "--quiet", "--filter", "label=launch.content-key=\(key)"]
        #expect(try TestDocker.docker(label) != "")
        task.cancel()
        let error = await #expect(throws: BackendError.self) { _ = try await task.value }
        #expect(error?.category == .cancelled)
        #expect(try TestDocker.docker(label) == "")
        #expect(try bench.leftovers().isEmpty)
    }

    @Test func `a build for another platform than its base is rejected, and its image gets no name`() async throws {
        let bench = try BuildBench()
        let source = try await bench.source(.good(content: UUID().uuidString))
        let builder = try bench.builder(["platform": .string(Self.otherPlatform)])
        let registry = try bench.engineStore()
        let error = await #expect(throws: BackendError.self) {
            _ = try await bench.build(source, with: builder, to: registry)
        }
        #expect(error?.category == .invalid)
        #expect(error?.message.contains(Self.otherPlatform) == true)
        let key = try await builder.key(for: source, offline: false)
        let name = try registry.destination(for: key, repository: builder.repository(for: source.project))
        #expect(try await registry.resolve(name) == nil)
    }

    @Test func `a build that exceeds the timeout is stopped, and the error names the step`() async throws {
        let bench = try BuildBench()
        let builder = try bench.builder(["timeout": .integer(4)])
        let error = await #expect(throws: BackendError.self) {
            _ = try await bench.build(bench.source(.endless), with: builder, to: bench.engineStore())
        }
        #expect(error?.category == .invalid)
        #expect(error?.message.contains("launch-conformance-waits") == true, "\(error?.description ?? "")")
        #expect(error?.hint?.contains("timeout") == true)
        #expect(await eventually { (try? TestDocker.containers(of: bench.base))?.isEmpty == true })
    }

    @Test func `build arguments reach the build, and a target selects a stage`() async throws {
        let bench = try BuildBench()
        let source = try await bench.source(.good(content: "x"))
        try Data(
            """
            FROM \(bench.base) AS first
            ARG FLAVOUR=plain
            LABEL flavour=$FLAVOUR
            FROM first
            LABEL flavour=last
            """.utf8
        ).write(to: URL(fileURLWithPath: "\(source.context)/Dockerfile"))
        let options: [String: JSONValue] = [
            "build_args": .object(["FLAVOUR": .string("sweet and 'sour' $x")]), "target": .string("first"),
        ]
        let (image, _) = try await bench.build(source, with: bench.builder(options), to: bench.engineStore())
        let label = try TestDocker.docker([
            "image", "inspect", "--format", "{{.Config.Labels.flavour}}", image.reference,
        ])
        #expect(label == "sweet and 'sour' $x")
    }

    @Test func `a missing engine is unavailable`() async throws {
        let folder = try TemporaryDirectory()
        let bench = try BuildBench()
        let builder = try bench.builder(["engine": .string(folder.file("no.sock"))])
        let source = try await bench.source(.good(content: "x"))
        let registry = try bench.engineStore()
        let key = ContentKey(hex: String(repeating: "0c", count: 32))
        let error = await #expect(throws: BackendError.self) {
            _ = try await builder.build(
                source, key: key, to: registry.destination(for: key, repository: "launch-test-away"),
                registry: registry, progress: { _ in })
        }
        #expect(error?.category == .unavailable)
        #expect(error?.message.contains("no.sock") == true)
    }

    private static var otherPlatform: String {
        #if arch(arm64)
        "linux/amd64"
        #else
        "linux/arm64"
        #endif
    }

    private static func registry(_ server: RegistryServer) throws -> any Registry {
        try LocalRegistry.plugin.make(
            Options([
                "uri": .string("\(server.host)/team"), "username": .string(RegistryServer.username),
                "password_env": .string("REGISTRY_PASSWORD"),
            ]),
            PluginContext(
                variables: ProcessInfo.processInfo.environment.merging(["REGISTRY_PASSWORD": RegistryServer.password]) {
                    $1
                }))
    }

    /// Pushes with a separate configuration, and removes the local image, so that a build has to pull it.
    private static func push(_ name: String, folder: TemporaryDirectory) throws {
        let auth = Data("\(RegistryServer.username):\(RegistryServer.password)".utf8).base64EncodedString()
        let host = name.prefix { $0 != "/" }
        try folder.write("config.json", "{\"auths\":{\"\(host)\":{\"auth\":\"\(auth)\"}}}")
        try TestDocker.docker(["--config", folder.path, "push", "--quiet", name])
        TestDocker.removeImages([name])
    }
}
