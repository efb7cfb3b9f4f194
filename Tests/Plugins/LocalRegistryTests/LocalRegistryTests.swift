import Foundation
import LaunchConformance
import LaunchHost
import TestSupport
import Testing

@testable import LaunchLocalDocker

struct LocalRegistryTests {
    @Test(.enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"))
    func `a remote registry with a login conforms`() async throws {
        let server = try await RegistryServer(.init(login: true))
        let password = RegistryServer.password
        let report = await RegistryConformance(
            RegistryFixture(
                plugin: LocalRegistry.plugin,
                unknown: try ImageReference(parsing: "\(server.host)/no/such:v1"), secrets: [password],
                makeRegistry: {
                    try LocalRegistry.plugin.make(
                        Options([
                            "uri": .string("\(server.host)/team"), "username": .string(RegistryServer.username),
                            "password_env": .string("REGISTRY_PASSWORD"),
                        ]), PluginContext(variables: ["REGISTRY_PASSWORD": password]))
                },
                push: { name in
                    let digest = try await server.pushImage(
                        name.repository, tag: try #require(name.tag), content: UUID().uuidString)
                    return try #require(Digest(rawValue: digest))
                })
        ).run()
        #expect(report.isConforming)
    }

    @Test(.enabled(if: TestDocker.isWanted, "LAUNCH_TEST_NO_ENGINE=1"))
    func `the engine's own store conforms`() async throws {
        let pushed = Names()
        let report = await RegistryConformance(
            RegistryFixture(
                plugin: LocalRegistry.plugin, unknown: try ImageReference(parsing: "launch-test-unknown:v1"),
                makeRegistry: { try Self.engineStore() },
                push: { name in
                    pushed.add(name.description)
                    let id = try TestDocker.makeImage(name.description, content: UUID().uuidString)
                    pushed.add(id)
                    return try #require(Digest(rawValue: id))
                })
        ).run()
        TestDocker.removeImages(pushed.all)
        #expect(report.isConforming)
    }

    @Test(
        .enabled(
            if: TestDocker.isWanted && RegistryServer.isWanted, "LAUNCH_TEST_NO_ENGINE=1 or LAUNCH_TEST_NO_REGISTRY=1"))
    func `the engine pulls an image of another registry, and it is pinned by its digest`() async throws {
        let other = try await RegistryServer()
        let name = "\(other.host)/public/tool:v1"
        let id = try TestDocker.makeImage(name, content: UUID().uuidString)
        try TestDocker.docker(["push", "--quiet", name])
        TestDocker.removeImages([name, id])
        defer { TestDocker.removeImages([name, id]) }

        let own = try await RegistryServer()
        let registry = try LocalRegistry.plugin.make(
            Options(["uri": .string(own.host)]), PluginContext(variables: ProcessInfo.processInfo.environment))
        let reference = try ImageReference(parsing: name)
        #expect(try await registry.resolve(reference) == nil)
        let fetched = try #require(try await registry.fetch(reference))
        let digest = try #require(fetched.digest)
        #expect(fetched.reference == "\(other.host)/public/tool@\(digest)")
        #expect(fetched.platform?.hasPrefix("linux/") == true)
        #expect(try await registry.resolve(reference) == fetched)

        var missing = reference
        missing.tag = "v2"
        #expect(try await registry.fetch(missing) == nil)
        #expect(try await registry.fetch(ImageReference(host: own.host, repository: "none", tag: "v1")) == nil)
    }

    @Test func `an unreachable engine is unavailable, and the error names it`() async throws {
        let folder = try TemporaryDirectory()
        let socket = folder.file("no.sock")
        let registry = try LocalRegistry.plugin.make(Options(["engine": .string(socket)]), PluginContext())
        let error = await #expect(throws: BackendError.self) {
            _ = try await registry.resolve(ImageReference(repository: "busybox"))
        }
        #expect(error?.category == .unavailable)
        #expect(error?.message.contains(socket) == true)
    }

    @Test func `an unreachable registry is unavailable, and the error names it`() async throws {
        let port = try #require(freePort())
        let registry = try LocalRegistry.plugin.make(Options(["uri": .string("localhost:\(port)")]), PluginContext())
        let error = await #expect(throws: BackendError.self) {
            _ = try await registry.resolve(ImageReference(host: "localhost:\(port)", repository: "x", tag: "v1"))
        }
        #expect(error?.category == .unavailable)
        #expect(error?.message.contains("localhost:\(port)/x") == true)
    }

    @Test(.enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"))
    func `a wrong password is denied and not printed`() async throws {
        let server = try await RegistryServer(.init(login: true))
        let registry = try LocalRegistry.plugin.make(
            Options([
                "uri": .string(server.host), "username": .string("trainer"), "password_env": .string("P"),
            ]), PluginContext(variables: ["P": "hush-hush"]))
        let error = await #expect(throws: BackendError.self) {
            _ = try await registry.resolve(ImageReference(host: server.host, repository: "x", tag: "v1"))
        }
        #expect(error?.category == .denied)
        #expect(error?.description.contains("hush-hush") == false)
    }

    static func engineStore() throws -> any Registry {
        try LocalRegistry.plugin.make(Options(), PluginContext(variables: ProcessInfo.processInfo.environment))
    }
}
