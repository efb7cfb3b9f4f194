import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchHost
import LocalDockerTestSupport
import Synchronization
import TestSupport
import Testing

@testable import LaunchLocalDocker

/// Images that the engine does not have, in a registry that requires a login.
@Suite(
    "Pulling onto a real engine",
    .enabled(if: EngineFixture.isWanted && RegistryServer.isWanted, "LAUNCH_TEST_NO_ENGINE=1 or …_NO_REGISTRY=1"))
struct PullingTests {
    @Test
    func `An image is pulled with the registry's login, with progress lines`() async throws {
        try await Self.with { image, registry in
            let runner = Self.runner(registry)
            let id = RunID.random()
            let request = try runner.render(Jobs.job("echo trained", id: id, image: image))
            let lines = Mutex<[String]>([])
            try await runner.prepare(for: request) { step in lines.withLock { $0.append(step.line) } }
            #expect(lines.withLock { $0.first } == "pulling \(image.reference)")
            #expect(try await EngineFixture.engine().image(image.reference) != nil)

            let count = lines.withLock { $0.count }
            try await runner.prepare(for: request) { step in lines.withLock { $0.append(step.line) } }
            #expect(lines.withLock { $0.count } == count, "an image in the store is not pulled again")
        }
    }

    @Test
    func `Submit pulls the image if it was not prepared`() async throws {
        try await Self.with { image, registry in
            let runner = Self.runner(registry)
            let id = RunID.random()
            let request = try runner.render(Jobs.job("echo trained", id: id, image: image))
            let handle = try await runner.submit(request, as: id)
            let lines = try await Jobs.read(runner.logs(handle, from: nil, follow: true))
            try await runner.release(handle)
            #expect(lines.map(\.text) == ["trained"])
        }
    }

    @Test
    func `Without the login the pull is refused, and the message names the image`() async throws {
        try await Self.with { image, _ in
            let runner = Self.runner(nil)
            let request = try runner.render(Jobs.job("echo trained", image: image))
            let error = await #expect(throws: BackendError.self) {
                try await runner.prepare(for: request) { _ in }
            }
            #expect(error?.category == .denied)
            #expect(error?.description.contains(image.reference) == true, "\(error.debugDescription)")
        }
    }

    @Test
    func `A registry's login is used for its own images only`() async throws {
        let registry = try Self.registry("registry.example.com/team")
        let own = try ImageReference(parsing: "registry.example.com/team/train:v1")
        #expect(try await registry.login(toPull: own)?.username == RegistryServer.username)
        for other in ["busybox", "registry.example.com:444/team/train", "example.com/team/train"] {
            #expect(try await registry.login(toPull: ImageReference(parsing: other)) == nil)
        }
    }

    @Test
    func `An image that the configured registry does not serve is pulled, and then found in the engine's store`()
        async throws
    {
        let server = try await RegistryServer()
        defer { extendLifetime(server) }
        let (name, engine) = ("\(server.host)/team/public", try await EngineFixture.engine())
        try await engine.tagImage(try await EngineFixture.imageID(), repository: name, tag: "v1")
        _ = try await engine.pushImage(name, tag: "v1", credentials: nil)
        try await engine.removeImage("\(name):v1")
        let configured = OneHost(host: "images.example.com")
        let registry = Self.runner(configured).registry(over: configured)
        let reference = try ImageReference(parsing: "\(name):v1")
        #expect(registry.fetches(reference))
        let pulled = try #require(try await registry.fetch(reference))
        #expect(try await registry.resolve(reference) == pulled && pulled.reference.hasPrefix("\(name)@sha256:"))
        #expect(try await registry.login(toPull: reference) == nil)
        try await engine.removeImage("\(name):v1")
        // What the configured registry serves and does not have is not looked up elsewhere.
        let served = try ImageReference(parsing: "images.example.com/team/train:v1")
        try await engine.tagImage(
            try await EngineFixture.imageID(), repository: "images.example.com/team/train", tag: "v1")
        #expect(try await registry.resolve(served) == nil && !registry.fetches(served))
        try await engine.removeImage("images.example.com/team/train:v1")
        let key = ContentKey(hex: String(repeating: "0", count: 64))
        #expect(try registry.destination(for: key, repository: nil).host == "images.example.com")
    }

    /// A registry that serves the images of its host, and has none.
    private struct OneHost: Registry {
        let host: String
        func serves(_ reference: ImageReference) -> Bool { reference.host == host }
        func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
            guard serves(reference) else { throw BackendError(.invalid, "It is not in \(host).") }
            return nil
        }
        func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
            ImageReference(host: host, repository: "built", tag: key.tag)
        }
        func access() async throws(BackendError) -> RegistryAccess { .remote(host: host, login: nil) }
    }

    private static func runner(_ registry: (any Registry)?) -> LocalDockerRunner {
        LocalDockerRunner(registry: registry, variables: ProcessInfo.processInfo.environment)
    }

    private static func registry(_ place: String) throws -> any Registry {
        try LocalRegistry.plugin.make(
            Options([
                "uri": .string(place), "username": .string(RegistryServer.username),
                "password_env": .string("REGISTRY_PASSWORD"),
            ]),
            PluginContext(
                variables: ProcessInfo.processInfo.environment
                    .merging(["REGISTRY_PASSWORD": RegistryServer.password]) { $1 }))
    }

    /// An image in a private registry that is not in the engine's store.
    private static func with(_ body: (PinnedImage, any Registry) async throws -> Void) async throws {
        let server = try await RegistryServer(.init(login: true))
        defer { extendLifetime(server) }
        let name = "\(server.host)/team/train"
        let engine = try await EngineFixture.engine()
        try await engine.tagImage(try await EngineFixture.imageID(), repository: name, tag: "v1")
        _ = try await engine.pushImage(
            name, tag: "v1",
            credentials: RegistryCredentials(
                username: RegistryServer.username, password: RegistryServer.password, server: server.host))
        let registry = try Self.registry("\(server.host)/team")
        let image = try #require(try await registry.resolve(try ImageReference(parsing: "\(name):v1")))
        try await engine.removeImage("\(name):v1")
        try await engine.removeImage(image.reference)
        do {
            try await body(image, registry)
        } catch {
            try await engine.removeImage(image.reference)
            throw error
        }
        try await engine.removeImage(image.reference)
    }
}
