import Foundation
import LaunchBuilders
import LaunchConformance
import LaunchHost
import LaunchLocalDocker
import TestSupport

/// A storage of buildah's own, a registry, and sources that need no base image.
final class BuildahBench: Sendable {
    /// Whether buildah is installed. Without it, the tests that build with it are skipped.
    static let isInstalled = Tool.path("buildah") != nil && RegistryServer.isWanted
    static let skipReason = "buildah is not installed, or LAUNCH_TEST_NO_REGISTRY=1: nothing is built with it"

    let folder: TemporaryDirectory
    let server: RegistryServer
    private let password: String

    init(_ options: RegistryServer.Options = .init(login: true)) async throws {
        folder = try TemporaryDirectory()
        server = try await RegistryServer(options)
        password = try folder.write("password", RegistryServer.password)
    }

    deinit {
        // The layers of an overlay may still be mounted after a failed test.
        for driver in ["overlay", "vfs"] where FileManager.default.fileExists(atPath: root(driver)) {
            _ = try? buildah(driver, ["rm", "--all"])
            _ = try? buildah(driver, ["rmi", "--all", "--force"])
        }
    }

    private func root(_ driver: String) -> String { folder.file("storage/\(driver)") }

    /// The output of buildah about the storage of a driver, independent of the code under test.
    @discardableResult
    func buildah(_ driver: String, _ arguments: [String]) throws -> String {
        try Tool.run(
            "buildah",
            ["--root", root(driver), "--runroot", "\(root(driver))-run", "--storage-driver", driver] + arguments)
    }

    func builder(_ options: [String: JSONValue] = [:]) throws -> any Builder {
        var options = options
        options["root"] = .string(folder.file("storage"))
        if options["storage_driver"] == nil { options["storage_driver"] = .string("vfs") }
        return try BuildahBuilder.plugin.make(
            Options(options),
            PluginContext(variables: environment))
    }

    /// Without the logins of the user who runs the tests.
    var environment: [String: String] {
        ProcessInfo.processInfo.environment.merging([
            "HOME": folder.path, "LAUNCH_HOME": folder.file("home"), "DOCKER_CONFIG": folder.path,
        ]) { $1 }
    }

    func registry() throws -> any Registry {
        var options: [String: JSONValue] = [
            "uri": .string("\(server.host)/team"), "username": .string(RegistryServer.username),
            "password_file": .string(password),
        ]
        if let authority = server.caFile { options["ca_file"] = .string(authority) }
        return try LocalRegistry.plugin.make(
            Options(options), PluginContext(variables: ["HOME": folder.path, "PATH": "/usr/bin:/bin"]))
    }

    func write(_ source: BuilderFixture.Source, into folder: String) throws {
        var lines = [
            "FROM scratch", "ARG FLAVOUR=plain", "COPY busybox /bin/busybox", "COPY content.txt /content.txt",
        ]
        var content = ""
        switch source {
        case .good(let text): content = text
        case .otherDockerfile(let text):
            content = text
            lines.append("ENV OTHER=1")
        case .endless: lines.append(BuildBench.run("echo launch-conformance-waits; /bin/busybox sleep 900"))
        case .failing: lines.append(BuildBench.run("echo launch-conformance-fails; exit 3"))
        }
        lines.append(BuildBench.run("echo $FLAVOUR >/flavour"))
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/Dockerfile"))
        try Data(content.utf8).write(to: URL(fileURLWithPath: "\(folder)/content.txt"))
        try FileManager.default.copyItem(atPath: TestDocker.busybox, toPath: "\(folder)/busybox")
    }

    /// Makes a source folder with this Dockerfile and a busybox beside it.
    func source(_ dockerfile: String, content: String = "") async throws -> BuildSource {
        let context = folder.file(UUID().uuidString)
        try FileManager.default.createDirectory(atPath: context, withIntermediateDirectories: true)
        try write(.good(content: content), into: context)
        try Data(dockerfile.utf8).write(to: URL(fileURLWithPath: "\(context)/Dockerfile"))
        let digest = try await ContextDigest.of(folder: context).hex
        return BuildSource(
            context: context, digest: digest, dockerfile: "Dockerfile", project: "launch-test", queue: nil)
    }

    /// Builds with a new key. Returns the image and the lines of the progress.
    func build(
        _ source: BuildSource, _ options: [String: JSONValue] = [:]
    ) async throws -> (image: PinnedImage, lines: [String]) {
        let builder = try builder(options)
        let registry = try registry()
        let key = try await builder.key(for: source, offline: false)
        let destination = try registry.destination(for: key, repository: builder.repository(for: source.project))
        let told = Names()
        let image = try await builder.build(source, key: key, to: destination, registry: registry) {
            told.add($0.line)
        }
        return (image, told.all)
    }

    /// The error of a build that must fail.
    func failure(of source: BuildSource, _ options: [String: JSONValue] = [:]) async throws -> BackendError? {
        do {
            _ = try await build(source, options)
            return nil
        } catch let error as BackendError {
            return error
        }
    }

    /// Working containers, mounts, and folders of builds.
    func leftovers(_ driver: String = "vfs") throws -> Set<String> {
        guard FileManager.default.fileExists(atPath: root(driver)) else { return [] }
        let containers = try buildah(driver, ["containers", "--quiet"]).split(separator: "\n").map(String.init)
        let folders = try FileManager.default.contentsOfDirectory(atPath: folder.file("storage"))
            .filter { $0.hasPrefix("build-") }
        let mounts = (try? String(contentsOfFile: "/proc/mounts", encoding: .utf8)) ?? ""
        let mine = mounts.split(separator: "\n").filter { $0.contains("\(folder.path)/storage/\(driver)/\(driver)/") }
        return Set(containers + folders + mine.map(String.init))
    }

    func fixture(_ options: [String: JSONValue] = [:]) -> BuilderFixture {
        BuilderFixture(
            plugin: BuildahBuilder.plugin, folder: folder.path, secrets: [RegistryServer.password],
            makeBuilder: { variation in
                var options = options
                switch variation {
                case .plain: break
                case .buildArgument: options["build_args"] = .object(["FLAVOUR": .string("other")])
                case .platform: options["platform"] = .string("linux/arm64")
                }
                return try self.builder(options)
            },
            makeRegistry: { try self.registry() }, write: { try self.write($0, into: $1) },
            leftovers: { try self.leftovers(options["storage_driver"]?.stringValue ?? "vfs") })
    }
}
