import Foundation
import LaunchBuilders
import LaunchConformance
import LaunchContainerEngine
import LaunchHost
import LaunchLocalDocker
import TestSupport

/// A private base image and sources that use it. Everything is removed at the end.
final class BuildBench: Sendable {
    let folder: TemporaryDirectory
    let base: String
    private let baseID: String
    let variables: [String: String]

    init(base: String? = nil) throws {
        folder = try TemporaryDirectory()
        self.base = base ?? "launch-test-base:\(UUID().uuidString.lowercased())"
        baseID = try TestDocker.makeImage(self.base, content: UUID().uuidString)
        variables = ProcessInfo.processInfo.environment
    }

    deinit {
        // Descendants first, because an image with children cannot be removed.
        for _ in 0..<2 {
            let labelled = try? TestDocker.docker(["image", "ls", "--quiet", "--no-trunc", "--filter", "since=\(base)"])
            for id in Set((labelled ?? "").split(separator: "\n").map(String.init)) where isMine(id) {
                TestDocker.removeImages([id])
            }
        }
        TestDocker.removeImages([base, baseID])
    }

    /// Whether an image is made from the base: its first layer is the base's.
    private func isMine(_ id: String) -> Bool {
        func layer(_ name: String) -> String? {
            try? TestDocker.docker(["image", "inspect", "--format", "{{index .RootFS.Layers 0}}", name])
        }
        guard let mine = layer(base) else { return false }
        return layer(id) == mine
    }

    func builder(_ options: [String: JSONValue] = [:]) throws -> any Builder {
        try DockerBuilder.plugin.make(Options(options), PluginContext(variables: variables))
    }

    func engineStore() throws -> any Registry {
        try LocalRegistry.plugin.make(Options(), PluginContext(variables: variables))
    }

    func write(_ source: BuilderFixture.Source, into folder: String) throws {
        var lines = ["FROM \(base)", "ARG FLAVOUR=plain", "COPY content.txt /content.txt"]
        var content = ""
        switch source {
        case .good(let text): content = text
        case .otherDockerfile(let text):
            content = text
            lines.append("ENV OTHER=1")
        case .endless: lines.append(Self.run("echo launch-conformance-waits; sleep 900"))
        case .failing: lines.append(Self.run("echo launch-conformance-fails; exit 3"))
        }
        lines.append(Self.run("echo $FLAVOUR >/flavour"))
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/Dockerfile"))
        try Data(content.utf8).write(to: URL(fileURLWithPath: "\(folder)/content.txt"))
    }

    static func run(_ script: String) -> String { "RUN [\"/bin/busybox\", \"sh\", \"-c\", \"\(script)\"]" }

    /// Whether a docker command line on the PATH supports BuildKit.
    static func hasBuildKit() async -> Bool {
        ((try? await EngineCommand.findAll()) ?? []).contains { $0.kind == .docker && $0.buildKit != .none }
    }

    /// Makes a source folder with the given content.
    func source(_ source: BuilderFixture.Source) async throws -> BuildSource {
        let context = folder.file(UUID().uuidString)
        try FileManager.default.createDirectory(atPath: context, withIntermediateDirectories: true)
        try write(source, into: context)
        let digest = try await ContextDigest.of(folder: context).hex
        return BuildSource(
            context: context, digest: digest, dockerfile: "Dockerfile", project: "launch-test", queue: nil)
    }

    /// Containers made from the base, and folders of command lines.
    func leftovers() throws -> Set<String> {
        let folders = try FileManager.default.contentsOfDirectory(atPath: FileManager.default.temporaryDirectory.path)
            .filter { $0.hasPrefix("launch-docker-") }
        return try TestDocker.containers(of: base).union(folders)
    }

    /// Builds with a new key. Returns image and destination.
    func build(
        _ source: BuildSource, with builder: any Builder, to registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void = { _ in }
    ) async throws -> (PinnedImage, ImageReference) {
        let key = try await builder.key(for: source, offline: false)
        let destination = try registry.destination(for: key, repository: builder.repository(for: source.project))
        let image = try await builder.build(
            source, key: key, to: destination, registry: registry, progress: progress)
        return (image, destination)
    }

    func fixture(
        _ makeRegistry: @escaping @Sendable () async throws -> any Registry, secrets: [String] = [],
        options: [String: JSONValue] = [:]
    ) -> BuilderFixture {
        BuilderFixture(
            plugin: DockerBuilder.plugin, folder: folder.path, secrets: secrets,
            makeBuilder: { variation in
                var options = options
                switch variation {
                case .plain: break
                case .buildArgument: options["build_args"] = .object(["FLAVOUR": .string("other")])
                case .platform: options["platform"] = .string("linux/arm64")
                }
                return try self.builder(options)
            },
            makeRegistry: makeRegistry, write: { try self.write($0, into: $1) }, leftovers: { try self.leftovers() })
    }
}
