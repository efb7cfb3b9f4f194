import Foundation
import LaunchConformance
import LaunchCrypto
import LaunchHost
import LaunchLocalDocker
import LaunchOCIRegistry
import TestSupport

@testable import LaunchBuilders

/// A base image in a registry, sources, and the builder. The registry is a real one or a scripted one.
struct AppendBench {
    let folder: TemporaryDirectory
    let host: String
    let options: [String: JSONValue]

    /// Variables of the agent.
    private let setting: [String: String]

    init(host: String, options: [String: JSONValue] = [:], setting: [String: String] = [:]) throws {
        self.setting = setting
        folder = try TemporaryDirectory()
        self.host = host
        self.options = options
    }

    var variables: [String: String] {
        ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "TMPDIR": folder.path, "HOME": folder.path]
            .merging(setting) { $1 }
    }

    func builder(_ more: [String: JSONValue] = [:]) throws -> any Builder {
        try AppendBuilder.plugin.make(Options(options.merging(more) { $1 }), PluginContext(variables: variables))
    }

    func registry(_ host: String? = nil) throws -> any Registry {
        try LocalRegistry.plugin.make(
            Options(["uri": .string("\(host ?? self.host)/team")]), PluginContext(variables: variables))
    }

    /// A folder with these files, as the host gives it to a builder.
    func source(_ files: [String: String], dockerfile: String = "Dockerfile") async throws -> BuildSource {
        let context = folder.file(UUID().uuidString)
        try FileManager.default.createDirectory(atPath: context, withIntermediateDirectories: true)
        for (name, text) in files {
            let file = URL(fileURLWithPath: "\(context)/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return try await source(context, dockerfile: dockerfile)
    }

    func source(_ context: String, dockerfile: String = "Dockerfile") async throws -> BuildSource {
        BuildSource(
            context: context, digest: try await ContextDigest.of(folder: context).hex, dockerfile: dockerfile,
            project: "launch-test", queue: nil)
    }

    @discardableResult
    func build(
        _ source: BuildSource, _ builder: any Builder, to registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void = { _ in }
    ) async throws -> (image: PinnedImage, destination: ImageReference) {
        let key = try await builder.key(for: source, offline: false)
        let destination = try registry.destination(for: key, repository: builder.repository(for: source.project))
        let image = try await builder.build(
            source, key: key, to: destination, registry: registry, progress: progress)
        return (image, destination)
    }

    /// The files that a build may leave.
    func leftovers() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("launch-") })
    }
}

/// The documents of a base image with layers of random bytes.
struct TestBase {
    let layers: [[UInt8]]
    let config: [UInt8]
    let manifest: [UInt8]
    let type: String

    init(
        layers: [[UInt8]], type: ImageFormat = .docker, architecture: String = "amd64",
        settings: [String: Any] = ["Env": ["PATH=/usr/bin:/bin"], "Cmd": ["/bin/true"]]
    ) throws {
        self.layers = layers
        self.type = type.manifest
        config = try Self.json([
            "os": "linux", "architecture": architecture, "config": settings,
            "rootfs": ["type": "layers", "diff_ids": layers.map(Self.digest)],
            "history": layers.map { _ in ["created_by": "test"] },
        ])
        manifest = try Self.json([
            "schemaVersion": 2, "mediaType": type.manifest,
            "config": ["mediaType": type.config, "size": config.count, "digest": Self.digest(config)],
            "layers": layers.map {
                ["mediaType": type.layer, "size": $0.count, "digest": Self.digest($0)] as [String: Any]
            },
        ])
    }

    static func layer(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return (0..<count / 8).flatMap { _ in withUnsafeBytes(of: random.next(), Array.init) }
    }

    static func digest(_ bytes: [UInt8]) -> String { "sha256:\(SHA256.hex(bytes))" }

    private static func json(_ object: [String: Any]) throws -> [UInt8] {
        [UInt8](try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]))
    }

    /// Puts it into a scripted registry.
    func add(to registry: ScriptedRegistry, _ repository: String, tag: String = "v1") {
        for blob in layers + [config] { registry.add(blob, to: repository) }
        registry.addManifest(manifest, type: type, to: repository, tag: tag)
    }

    /// Pushes an index with an image for each architecture to a real registry.
    static func pushIndex(_ architectures: [String], layer: [UInt8], to host: String, _ repository: String) async throws
    {
        var entries: [[String: Any]] = []
        for architecture in architectures {
            let base = try TestBase(layers: [layer], type: .oci, architecture: architecture)
            try await base.push(to: host, repository, tag: architecture)
            entries.append([
                "mediaType": base.type, "digest": digest(base.manifest), "size": base.manifest.count,
                "platform": ["os": "linux", "architecture": architecture],
            ])
        }
        let type = "application/vnd.oci.image.index.v1+json"
        let index = try json(["schemaVersion": 2, "mediaType": type, "manifests": entries])
        let client = RegistryClient(.init(host: try RegistryHost(parsing: host)))
        try await client.putManifest(index, mediaType: type, to: repository, "v1")
    }

    /// Pushes it to a real registry.
    func push(to host: String, _ repository: String, tag: String = "v1") async throws {
        let client = RegistryClient(.init(host: try RegistryHost(parsing: host)))
        for blob in layers + [config] { try await client.push(BlobBytes(blob), to: repository) }
        try await client.putManifest(manifest, mediaType: type, to: repository, tag)
    }
}
