import Foundation
import LaunchHost
import LaunchOCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import LaunchBuilders

/// With a registry that fails as the test says.
struct AppendFaultTests {
    private static let base = Result {
        try TestBase(layers: [TestBase.layer(4000, seed: 1), TestBase.layer(64, seed: 2)])
    }
    private static let files = ["Dockerfile": "FROM HOST/base:v1\nCOPY train.py /app/\n", "train.py": "print(1)\n"]

    private static func source(_ bench: AppendBench, base: String? = nil) async throws -> BuildSource {
        try await bench.source(files.mapValues { $0.replacing("HOST", with: base ?? bench.host) })
    }

    @Test func `layers of a base image in the same registry are mounted, and no byte of them is read`() async throws {
        let registry = try ScriptedRegistry()
        try Self.base.get().add(to: registry, "base")
        let bench = try AppendBench(host: registry.host)
        let said = Names()
        try await bench.build(Self.source(bench), bench.builder(), to: bench.registry()) { said.add($0.line) }
        let config = try Self.base.get().config.count
        #expect(said.all.contains("layers of the base image: 0 present, 2 mounted, 0 copied"))
        // The configuration is read by the key and by the build; and that of the new image by the pin.
        #expect(registry.bytesOfBlobsSent < 4 * config + 2000)
        #expect(registry.incomplete.isEmpty)
    }

    @Test func `an unchanged folder costs requests without bodies only`() async throws {
        let registry = try ScriptedRegistry()
        try Self.base.get().add(to: registry, "base")
        let bench = try AppendBench(host: registry.host)
        let (builder, target) = (try bench.builder(), try bench.registry())
        let source = try await Self.source(bench)
        let first = try await bench.build(source, builder, to: target)
        let before = registry.calls.count
        #expect(try await bench.build(source, builder, to: target).image == first.image)
        let calls = registry.calls.dropFirst(before)
        #expect(calls.allSatisfy { $0.method == "HEAD" }, "\(calls)")
        #expect(calls.count == 2)
    }

    @Test func `a registry that refuses mounts gets a copy, once`() async throws {
        let registry = try ScriptedRegistry { $0.method == "POST" ? .noMount : nil }
        try Self.base.get().add(to: registry, "base")
        let bench = try AppendBench(host: registry.host)
        let said = Names()
        try await bench.build(Self.source(bench), bench.builder(), to: bench.registry()) { said.add($0.line) }
        #expect(said.all.contains("layers of the base image: 0 present, 0 mounted, 2 copied"))
        let sent = registry.bytesOfBlobsSent
        var files = Self.files.mapValues { $0.replacing("HOST", with: bench.host) }
        files["train.py"] = "print(2)\n"
        try await bench.build(bench.source(files), bench.builder(), to: bench.registry()) { said.add($0.line) }
        #expect(said.all.contains("layers of the base image: 2 present, 0 mounted, 0 copied"))
        #expect(registry.bytesOfBlobsSent - sent < 4000)
    }

    @Test func `a base image of another registry is copied blob by blob`() async throws {
        let (source, target) = (try ScriptedRegistry(), try ScriptedRegistry())
        try Self.base.get().add(to: source, "team/base")
        let bench = try AppendBench(host: target.host)
        let made = try await bench.build(
            bench.source(["Dockerfile": "FROM \(source.host)/team/base:v1\nCOPY a /app/\n", "a": "1"]),
            bench.builder(), to: bench.registry())
        #expect(target.incomplete.isEmpty)
        for layer in try Self.base.get().layers {
            #expect(target.has(TestBase.digest(layer), in: made.destination.repository))
        }
    }

    @Test func `a base image with wrong bytes ends the build without a tag`() async throws {
        let layer = TestBase.digest(try Self.base.get().layers[0])
        let source = try ScriptedRegistry { $0.method == "GET" && $0.path.hasSuffix(layer) ? .wrongBytes : nil }
        let target = try ScriptedRegistry()
        try Self.base.get().add(to: source, "base")
        let bench = try AppendBench(host: target.host)
        let (builder, registry) = (try bench.builder(), try bench.registry())
        let folder = try await Self.source(bench, base: source.host)
        let error = await #expect(throws: BackendError.self) {
            try await bench.build(folder, builder, to: registry)
        }
        #expect(error?.category == .malformed || error?.category == .invalid)
        #expect(!target.calls.contains { $0.method == "PUT" && $0.path.contains("/manifests/") })
        #expect(try bench.leftovers().isEmpty)
    }

    @Test(
        arguments: [
            (#"{"os":"linux","architecture":"arm64"}"#, "it is for linux/arm64."),
            (#"{"os":"windows","architecture":"amd64"}"#, "it is for windows/amd64."),
        ])
    func `an index without the platform is refused, and the error names what it has`(
        platform: String, words: String
    ) async throws {
        let registry = try ScriptedRegistry()
        let manifest = try Self.base.get().manifest
        let digest = registry.addManifest(manifest, type: ImageFormat.docker.manifest, to: "base", tag: "arm")
        let index = """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":\
            "\(ImageFormat.docker.manifest)","digest":"\(digest)","size":\(manifest.count),"platform":\(platform)}]}
            """
        registry.addManifest(
            Array(index.utf8), type: "application/vnd.oci.image.index.v1+json", to: "base", tag: "v1")
        let bench = try AppendBench(host: registry.host)
        let (builder, source) = (try bench.builder(), try await Self.source(bench))
        let error = await #expect(throws: BackendError.self) { _ = try await builder.key(for: source, offline: false) }
        #expect(error?.category == .invalid)
        #expect(
            error?.message
                == "Dockerfile:1: the base image \(registry.host)/base:v1 is not for linux/amd64; \(words)")
    }

    @Test func `a base image that does not exist is refused with the place of its name`() async throws {
        let registry = try ScriptedRegistry()
        let bench = try AppendBench(host: registry.host, options: ["base_image": .string("\(registry.host)/none:v1")])
        let (builder, source) = (try bench.builder(), try await bench.source(["train.py": "1"]))
        let error = await #expect(throws: BackendError.self) { _ = try await builder.key(for: source, offline: false) }
        #expect(error?.category == .invalid)
        #expect(
            error?.message == "builder.base_image: the base image \(registry.host)/none:v1 is not in its registry.")
    }

    /// Any request may fail in any way. A build either fails, or its image is complete and has the right bytes.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func `random faults leave no tag of an incomplete image`(seed: UInt64) async throws {
        let random = Mutex(SeededRandom(seed: seed))
        let isCalm = Mutex(true)
        let odds = Int(seed % 7) + 2
        let registry = try ScriptedRegistry { _ in
            guard !isCalm.withLock({ $0 }) else { return nil }
            return random.withLock { random in
                guard random.oneIn(odds) else { return nil }
                let all: [ScriptedRegistry.Fault] = [
                    .status(500), .status(503), .cut, .deaf, .half, .noMount, .noPieces, .wrongBytes, .status(404),
                ]
                return all.randomElement(using: &random)
            }
        }
        try Self.base.get().add(to: registry, "base")
        let bench = try AppendBench(host: registry.host)
        let source = try await Self.source(bench)
        let target = try QuickRegistry(registry.host)
        let context = PluginContext(variables: bench.variables)
        context.later.set(target)
        let builder = try AppendBuilder.plugin.make(Options(), context)
        isCalm.withLock { $0 = false }
        let result = await Task { try await bench.build(source, builder, to: target) }.result
        isCalm.withLock { $0 = true }
        #expect(registry.incomplete.isEmpty)
        #expect(try bench.leftovers().isEmpty)
        guard case .success(let made) = result else { return }
        let key = try await builder.key(for: source, offline: false)
        var other = made.destination
        other.tag = "calm"
        let again = try await builder.build(source, key: key, to: other, registry: target) { _ in }
        #expect(made.image.digest == again.digest)
    }
}

/// A registry whose failed requests are repeated after short waits.
struct QuickRegistry: Registry, RegistryConnecting {
    let host: RegistryHost
    let client: RegistryClient

    init(_ host: String) throws {
        self.host = try RegistryHost(parsing: host)
        var configuration = RegistryClient.Configuration(host: self.host)
        configuration.firstDelay = .milliseconds(1)
        client = RegistryClient(configuration)
    }

    var keepsImagesRemotely: Bool { true }

    func client(of host: RegistryHost) throws(OCIError) -> RegistryClient? { host == self.host ? client : nil }

    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        do throws(OCIError) {
            let wanted = reference.digest?.rawValue ?? reference.tag ?? "latest"
            guard let image = try await client.image(reference.repository, wanted),
                let digest = Digest(rawValue: image.digest)
            else { return nil }
            return PinnedImage(
                reference: "\(reference.name)@\(digest)", digest: digest, name: reference.description)
        } catch {
            throw BackendError(append: error)
        }
    }

    func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
        ImageReference(host: host.name, repository: repository ?? "launch", tag: key.tag)
    }

    func access() async throws(BackendError) -> RegistryAccess { .remote(host: host.name, login: nil) }
}
