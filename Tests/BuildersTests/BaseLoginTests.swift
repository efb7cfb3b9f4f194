import Foundation
import LaunchConformance
import LaunchHost
import LaunchLocalDocker
import Synchronization
import TestSupport
import Testing

@testable import LaunchBuilders

/// Base images in registries outside the configuration, with the user's own docker login.
@Suite(
    "logins for bases", .serialized,
    .enabled(
        if: TestDocker.isWanted && RegistryServer.isWanted, "LAUNCH_TEST_NO_ENGINE=1 or LAUNCH_TEST_NO_REGISTRY=1"),
    .timeLimit(.minutes(30)))
struct BaseLoginTests {
    /// A base image that exists only in the private registry.
    private struct Bench {
        let server: RegistryServer
        let build: BuildBench
        let folder: TemporaryDirectory
        private let warnings = Warnings()

        final class Warnings: Sendable {
            private let lines = Mutex<[String]>([])
            func add(_ line: String) { lines.withLock { $0.append(line) } }
            var all: [String] { lines.withLock(\.self) }
        }

        init() async throws {
            server = try await RegistryServer(.init(login: true))
            folder = try TemporaryDirectory()
            build = try BuildBench(base: "\(server.host)/team/base:v1")
            let login = "{\"auths\": {\"\(server.host)\": {\"auth\": \"\(Self.pair)\"}}}"
            try folder.write("config.json", login)
            try TestDocker.docker(["--config", folder.path, "push", "--quiet", build.base])
            TestDocker.removeImages([build.base])
        }

        private static var pair: String {
            Data("\(RegistryServer.username):\(RegistryServer.password)".utf8).base64EncodedString()
        }

        func context(hasLogin: Bool) throws -> PluginContext {
            var variables = build.variables
            variables["DOCKER_CONFIG"] = hasLogin ? folder.path : try TemporaryDirectory().path
            variables["HOME"] = nil
            return PluginContext(
                variables: variables,
                log: Logger { [warnings] record in
                    warnings.add("\(record.message) \(record.fields.map(\.value).joined(separator: " "))")
                })
        }

        var logged: [String] { warnings.all }
    }

    @Test func `a build gets the login for its base, and the base's digest is in the key`() async throws {
        let bench = try await Bench()
        let builder = try DockerBuilder.plugin.make(Options(["no_cache": .bool(true)]), bench.context(hasLogin: true))
        let source = try await bench.build.source(.good(content: UUID().uuidString))
        let registry = try bench.build.engineStore()
        let (image, _) = try await bench.build.build(source, with: builder, to: registry)
        #expect(try await registry.resolve(ImageReference(parsing: image.name)) != nil)
        #expect(bench.logged.isEmpty, "\(bench.logged)")
        TestDocker.removeImages([image.reference, image.name])
    }

    @Test func `a moved tag of a base is noticed with the login of the configured registry`() async throws {
        let bench = try await Bench()
        let context = try bench.context(hasLogin: false)
        let password = try bench.folder.write("password", RegistryServer.password)
        context.later.set(
            try LocalRegistry.plugin.make(
                Options([
                    "uri": .string("\(bench.server.host)/team"), "username": .string(RegistryServer.username),
                    "password_file": .string(password),
                ]), context))
        let builder = try DockerBuilder.plugin.make(Options(), context)
        let source = try await bench.build.source(.good(content: "x"))
        let first = try await builder.key(for: source, offline: false)
        #expect(try await builder.key(for: source, offline: false) == first)
        _ = try TestDocker.makeImage(bench.build.base, content: UUID().uuidString)
        try TestDocker.docker(["--config", bench.folder.path, "push", "--quiet", bench.build.base])
        TestDocker.removeImages([bench.build.base])
        #expect(try await builder.key(for: source, offline: false) != first)
        #expect(!bench.logged.contains { $0.contains("cannot tell") }, "\(bench.logged)")
    }

    @Test func `without the login the build fails, and a warning says why`() async throws {
        let bench = try await Bench()
        let builder = try DockerBuilder.plugin.make(Options(), bench.context(hasLogin: false))
        let source = try await bench.build.source(.good(content: UUID().uuidString))
        let registry = try bench.build.engineStore()
        let error = await #expect(throws: BackendError.self) {
            _ = try await bench.build.build(source, with: builder, to: registry)
        }
        #expect(error?.description.contains(RegistryServer.password) == false)
        #expect(bench.logged.contains { $0.contains("cannot tell whether a base image has changed") })
    }

    @Test func `the user's login fetches a prebuilt image, and is used for an own registry`() async throws {
        let bench = try await Bench()
        let reference = try ImageReference(parsing: bench.build.base)
        let none = try LocalRegistry.plugin.make(Options(), bench.context(hasLogin: false))
        _ = await #expect(throws: BackendError.self) { _ = try await none.fetch(reference) }
        let store = try LocalRegistry.plugin.make(Options(), bench.context(hasLogin: true))
        let image = try #require(try await store.fetch(reference))
        #expect(image.reference.hasPrefix("\(bench.server.host)/team/base@sha256:"))
        // W&B's 'destination' without a registry selects the registry of its host, with docker's own login.
        let options = try #require(LocalRegistry.plugin.optionsForDestination(reference))
        let own = try LocalRegistry.plugin.make(Options(options), bench.context(hasLogin: true))
        #expect(try await own.resolve(reference)?.digest == image.digest)
        guard case .remote(let host, let login?) = try await own.access() else {
            Issue.record("no login")
            return
        }
        #expect(host == bench.server.host && login.username == RegistryServer.username)
        #expect(login.password.reveal() == RegistryServer.password)
        TestDocker.removeImages([image.reference])
    }
}
