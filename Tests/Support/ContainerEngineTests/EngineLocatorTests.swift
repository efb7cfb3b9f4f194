import Foundation
import TestSupport
import Testing

@testable import LaunchContainerEngine

@Suite("Finding the engine")
struct EngineLocatorTests {
    @Test(arguments: [
        ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"), ("/run/x.sock", "unix:///run/x.sock"),
        ("tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375"), ("http://localhost:2375/", "tcp://localhost:2375"),
        ("tcp://[::1]:2375", "tcp://[::1]:2375"),
    ])
    func `Addresses`(_ text: String, _ expected: String) throws {
        #expect(try EngineAddress(parsing: text).description == expected)
    }

    @Test(arguments: [
        ("unix://relative", "absolute"), ("ssh://host", "forward the socket: ssh"),
        ("tcp://host", "a host and a port"),
        ("tcp://host:70000", "a host and a port"), ("docker.sock", "unix:// or tcp://"),
        ("unix:///" + String(repeating: "x", count: 120), "107 bytes"),
    ])
    func `A text that is not an address is rejected with the reason`(_ text: String, _ reason: String) {
        let error = #expect(throws: EngineError.self) { try EngineAddress(parsing: text) }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains(reason) == true)
        #expect(error?.message.contains(text) == true)
    }

    @Test
    func `The option precedes DOCKER_HOST; if either is set, nothing else is tried`() throws {
        let both = EngineLocator(option: "/a.sock", variables: ["DOCKER_HOST": "unix:///b.sock"])
        #expect(try both.candidates().map { "\($0.address) \($0.source)" } == ["unix:///a.sock the option 'engine'"])
        let variable = EngineLocator(variables: ["DOCKER_HOST": "unix:///b.sock", "XDG_RUNTIME_DIR": "/x"])
        #expect(try variable.candidates().map { "\($0.address) \($0.source)" } == ["unix:///b.sock DOCKER_HOST"])
    }

    @Test
    func `The error says whether a socket is missing or its folder cannot be entered`() async throws {
        #expect(EngineLocator.absence(of: "/x", ENOENT) == "no such socket")
        #expect(EngineLocator.absence(of: "/x", EACCES) == "no permission to enter its folder")
        let folder = try TemporaryDirectory()
        #expect(EngineLocator.closedFolder(above: folder.file("a/docker.sock")) == nil)
        // Root can enter every folder.
        guard geteuid() != 0 else { return }
        try FileManager.default.createDirectory(
            atPath: folder.file("closed"), withIntermediateDirectories: false, attributes: [.posixPermissions: 0])
        let locator = EngineLocator(variables: ["DOCKER_HOST": "unix://\(folder.file("closed/docker.sock"))"])
        let error = await #expect(throws: EngineError.self) {
            _ = try await locator.locate(EngineClient.connect)
        }
        #expect(error?.message.contains("no permission to enter its folder") == true)
        #expect(error?.hint?.contains(folder.file("closed")) == true)
    }

    @Test
    func `The default sockets are tried, docker's first`() throws {
        let paths = try EngineLocator(variables: ["XDG_RUNTIME_DIR": "/run/user/7"]).candidates().map(
            \.address.description)
        #expect(
            paths == [
                "unix:///var/run/docker.sock", "unix:///run/user/7/docker.sock",
                "unix:///run/user/7/podman/podman.sock",
                "unix:///run/podman/podman.sock",
            ])
    }

    @Test
    func `If no engine is found, one error lists everything that was tried`() async throws {
        let folder = try TemporaryDirectory()
        let socket = folder.file("none.sock")
        let file = try folder.write("file.sock", "")
        for (path, words) in [(socket, "no such socket"), (file, "No container engine answers at unix://\(file)")] {
            let locator = EngineLocator(option: path, variables: [:])
            let error = await #expect(throws: EngineError.self) {
                _ = try await locator.locate(EngineClient.connect(to:))
            }
            #expect(error?.code == .notReachable)
            #expect(error?.message.contains(path) == true)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(error?.hint?.contains("DOCKER_HOST") == true)
        }
    }

    @Test
    func `An error about the usual sockets names a config.json that cannot be read, because it may name a context`()
        async throws
    {
        let folder = try TemporaryDirectory()
        let file = try folder.write("config.json", "{\"currentContext\":")
        let locator = EngineLocator(variables: ["DOCKER_CONFIG": folder.path])
        #expect(try locator.candidates().first?.source == .wellKnown)
        let error = await #expect(throws: EngineError.self) {
            _ = try await locator.locate { (_: EngineAddress) async throws(EngineError) -> EngineClient in
                throw EngineError(.notReachable, "closed")
            }
        }
        #expect(
            error?.message.contains("\(file) is not used: it is not valid JSON.") == true, "\(error?.message ?? "")")
    }

    @Test
    func `An HTTP server that is not an engine is recognized`() async throws {
        let server = try TestServer { _ in .text("hello") }
        let error = await #expect(throws: EngineError.self) {
            _ = try await EngineClient.connect(to: .tcp(host: "127.0.0.1", port: server.port))
        }
        #expect(error?.message.contains("not a container engine") == true)
    }

    @Test
    func `An engine that is too old is rejected, with both versions`() async throws {
        let server = try TestServer { _ in .text("OK", headers: [("Api-Version", "1.38")]) }
        let error = await #expect(throws: EngineError.self) {
            _ = try await EngineClient.connect(to: .tcp(host: "127.0.0.1", port: server.port))
        }
        #expect(error?.message.contains("1.38") == true)
        #expect(error?.message.contains("1.40") == true)
    }

    @Test(arguments: [("1.41", "1.41"), ("1.99", "1.47")])
    func `The older of the two API versions is used`(_ engine: String, _ spoken: String) async throws {
        let server = try TestServer { _ in .text("OK", headers: [("Api-Version", engine)]) }
        let client = try await EngineClient.connect(to: .tcp(host: "127.0.0.1", port: server.port))
        #expect(client.api.description == spoken)
    }
}
