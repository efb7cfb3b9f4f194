import Foundation
import LaunchConformance
import LaunchHost
import LaunchLocalDocker
import LaunchOCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import LaunchBuilders

/// With a real registry.
@Suite(.enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"), .timeLimit(.minutes(30)))
struct AppendBuilderTests {
    private static let layer = TestBase.layer(64 << 10, seed: 3)

    @Test func `appending passes the conformance kit`() async throws {
        let server = try await RegistryServer()
        let bench = try AppendBench(host: server.host)
        try await TestBase.pushIndex(["amd64", "arm64"], layer: Self.layer, to: server.host, "base")
        // The layer of this base image never arrives.
        let gate = Gate()
        defer { gate.open() }
        let slow = try StalledBase(try TestBase(layers: [TestBase.layer(4096, seed: 9)]), gate)
        let report = await BuilderConformance(
            BuilderFixture(
                plugin: AppendBuilder.plugin, folder: bench.folder.path,
                makeBuilder: { variation in
                    switch variation {
                    case .plain: try bench.builder()
                    case .buildArgument: try bench.builder(["build_args": .object(["FLAVOUR": .string("other")])])
                    case .platform: try bench.builder(["platform": .string("linux/arm64")])
                    }
                },
                makeRegistry: { try bench.registry() },
                write: { try Self.write($0, server.host, slow.host, into: $1) },
                leftovers: { try bench.leftovers() })
        ).run()
        #expect(report.isConforming)
    }

    private static func write(
        _ source: BuilderFixture.Source, _ host: String, _ slow: String, into folder: String
    ) throws {
        var lines = ["FROM \(host)/base:v1", "ARG FLAVOUR=plain", "LABEL flavour=$FLAVOUR", "COPY content.txt /app/"]
        var content = ""
        switch source {
        case .good(let text): content = text
        case .otherDockerfile(let text):
            content = text
            lines.append("ENV OTHER=1")
        case .endless: lines[0] = "FROM \(slow)/launch-conformance-waits:v1"
        case .failing: lines.append("RUN echo launch-conformance-fails; exit 3")
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/Dockerfile"))
        try Data(content.utf8).write(to: URL(fileURLWithPath: "\(folder)/content.txt"))
    }

    @Test func `equal sources have equal images, byte by byte, whatever their times are`() async throws {
        let server = try await RegistryServer()
        let bench = try AppendBench(
            host: server.host,
            options: [
                "base_image": .string("\(server.host)/base:v1"),
                "entrypoint": .array([.string("python3"), .string("train.py")]),
            ])
        try await TestBase(layers: [Self.layer], type: .oci).push(to: server.host, "base")
        let files = ["train.py": "print(1)\n", "lib/a.py": "", "lib/data.bin": String(repeating: "x", count: 300_000)]
        var digests: Set<Digest?> = []
        for index in 0..<2 {
            let source = try await bench.source(files)
            let time = Date(timeIntervalSince1970: Double(index) * 1e8)
            try FileManager.default.setAttributes(
                [.modificationDate: time], ofItemAtPath: "\(source.context)/train.py")
            let builder = try bench.builder()
            let key = try await builder.key(for: source, offline: false)
            // Another tag, so that the second build really builds.
            var target = try bench.registry().destination(for: key, repository: "twice")
            target.tag = "build-\(index)"
            let image = try await builder.build(source, key: key, to: target, registry: bench.registry()) { _ in }
            digests.insert(image.digest)
        }
        #expect(digests.count == 1)
        let client = RegistryClient(.init(host: try RegistryHost(parsing: server.host)))
        let digest = try #require(digests.first??.rawValue)
        let documents = try #require(try await client.documents("team/twice", digest))
        #expect(documents.mediaType == ImageFormat.oci.manifest)
        #expect(documents.layers.count == 2)
        #expect(documents.layers.first?.digest == TestBase.digest(Self.layer))
        let config = try JSONValue(parsing: String(decoding: documents.config, as: UTF8.self))
        #expect(config["config"]?["WorkingDir"] == .string("/app"))
        #expect(config["config"]?["Entrypoint"] == .array([.string("python3"), .string("train.py")]))
        #expect(config["created"] == .string("1970-01-01T00:00:00Z"))
    }

    @Test func `a source whose Dockerfile is ignored has no Dockerfile in its image`() async throws {
        let server = try await RegistryServer()
        let bench = try AppendBench(host: server.host)
        try await TestBase(layers: [Self.layer]).push(to: server.host, "base")
        let source = try await bench.source([
            "Dockerfile": "FROM \(server.host)/base:v1\nCOPY . /app/\n", "a": "1",
            ".dockerignore": ".dockerignore\nDockerfile\n",
        ])
        let listing = try SourceListing(of: source.context)
        #expect(listing.entries.map(\.path) == ["a"])
    }

    @Test(.enabled(if: TestDocker.isWanted, "LAUNCH_TEST_NO_ENGINE=1"))
    func `an appended image behaves as the image that docker builds of the same Dockerfile`() async throws {
        let server = try await RegistryServer()
        let name = "\(server.host)/base:v1"
        try TestDocker.makeImage(name, content: UUID().uuidString)
        try TestDocker.docker(["push", "--quiet", name])
        let bench = try AppendBench(host: server.host)
        let source = try await bench.source([
            "Dockerfile": """
            FROM \(name)
            ENV PATH=/bin A="two words"
            WORKDIR /srv/app
            COPY . .
            COPY run.sh /srv/bin/
            LABEL team=vision
            USER 1000
            ENTRYPOINT ["/bin/busybox", "sh", "/srv/bin/run.sh"]
            CMD ["one", "two"]
            """,
            "run.sh":
                "echo $A $@; cd /srv/app; busybox id -u; busybox find . | busybox sort; busybox cat lib/text; busybox stat -c '%a %u' lib/text /srv/bin/run.sh",
            "lib/text": "content\n",
        ])
        let appended = try await bench.build(source, bench.builder(), to: bench.registry()).image
        let variables = ProcessInfo.processInfo.environment
        let docker = try DockerBuilder.plugin.make(Options(), PluginContext(variables: variables))
        let store = try LocalRegistry.plugin.make(Options(), PluginContext(variables: variables))
        let built = try await bench.build(source, docker, to: store).image
        try TestDocker.docker(["pull", "--quiet", appended.reference])
        defer { TestDocker.removeImages([appended.reference, built.reference, built.name, name]) }
        func output(_ image: PinnedImage) throws -> String {
            try TestDocker.docker(["run", "--rm", "--network", "none", image.reference])
        }
        let text = try output(appended)
        #expect(text.hasPrefix("two words one two\n1000\n"), "\(text)")
        #expect(try output(built) == text)
        for field in ["Env", "Cmd", "Entrypoint", "WorkingDir", "User"] {
            func value(_ image: PinnedImage) throws -> String {
                try TestDocker.docker(["image", "inspect", "--format", "{{json .Config.\(field)}}", image.reference])
            }
            #expect(try value(appended) == value(built), "\(field)")
        }
    }

    @Test func `the store of an engine is refused before anything is done`() async throws {
        let bench = try AppendBench(host: "localhost:1")
        let builder = try bench.builder()
        let store = try LocalRegistry.plugin.make(Options(), PluginContext(variables: bench.variables))
        let environment = try LocalEnvironment.plugin.make(Options(), PluginContext(variables: bench.variables))
        let checking = try #require(builder as? any CrossChecking)
        let parts = Parts(environment: environment, registry: store, builder: builder)
        #expect(checking.findings(with: parts).map(\.severity) == [.error])
        let fine = Parts(environment: environment, registry: try bench.registry(), builder: builder)
        #expect(checking.findings(with: fine).isEmpty)
    }
}

/// A registry with one image, whose layer never arrives.
private struct StalledBase {
    let server: TestServer

    var host: String { "localhost:\(server.port)" }

    init(_ base: TestBase, _ gate: Gate) throws {
        let digest = TestBase.digest(base.manifest)
        server = try TestServer { request in
            let headers = [("Docker-Distribution-Api-Version", "registry/2.0"), ("Docker-Content-Digest", digest)]
            if request.target.contains("/manifests/") {
                return TestAnswer(200, headers: headers + [("Content-Type", base.type)], [.bytes(base.manifest)])
            }
            if request.target.hasSuffix(TestBase.digest(base.config)) {
                return TestAnswer(200, headers: headers, [.bytes(base.config)])
            }
            return TestAnswer(200, headers: headers, framing: .announced(4096), [.wait(gate)])
        }
    }
}
