import LaunchHTTP
import LaunchOCIRegistry
import TestSupport
import Testing

/// With a real registry.
@Suite(.enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"))
struct RegistryClientTests {
    private func client(
        _ server: RegistryServer, caFile: String? = nil, username: String = RegistryServer.username,
        password: String? = nil
    ) throws -> RegistryClient {
        let configuration = RegistryClient.Configuration(
            host: try RegistryHost(parsing: server.host), caFile: caFile ?? server.caFile, addresses: server.addresses)
        let login = password.map { RegistryLogin(username: username, password: $0) }
        return RegistryClient(configuration) { () throws(OCIError) in login }
    }

    @Test func `a tag and its digest name the same image, with its platform`() async throws {
        let server = try await RegistryServer()
        let digest = try await server.pushImage("team/train", tag: "v1")
        let client = try client(server)
        let image = try #require(try await client.image("team/train", "v1"))
        #expect(image.digest == digest)
        #expect(image.platform?.description == "linux/amd64")
        #expect(try await client.image("team/train", digest) == image)
    }

    @Test func `a missing tag or digest gives nil`() async throws {
        let server = try await RegistryServer()
        _ = try await server.pushImage("team/train", tag: "v1")
        let client = try client(server)
        #expect(try await client.image("team/train", "v2") == nil)
        #expect(try await client.image("team/other", "v1") == nil)
        #expect(try await client.image("team/train", "sha256:\(String(repeating: "0", count: 64))") == nil)
    }

    @Test func `an index has one image per platform, and none for its attestation`() async throws {
        let server = try await RegistryServer()
        let (digest, images) = try await server.pushIndex("multi", tag: "1", architectures: ["amd64", "arm64"])
        let image = try #require(try await client(server).image("multi", "1"))
        #expect(image.digest == digest)
        #expect(image.images.count == 2)
        #expect(image.platform == nil)
        for (architecture, digest) in images {
            #expect(image.image(for: ImagePlatform(os: "linux", architecture: architecture))?.digest == digest)
        }
        #expect(image.image(for: ImagePlatform(os: "linux", architecture: "riscv64")) == nil)
    }

    @Test func `a moved tag is noticed`() async throws {
        let server = try await RegistryServer()
        let client = try client(server)
        let first = try await server.pushImage("moving", tag: "latest", content: "one")
        #expect(try await client.image("moving", "latest")?.digest == first)
        let second = try await server.pushImage("moving", tag: "latest", content: "two")
        #expect(try await client.image("moving", "latest")?.digest == second)
        #expect(first != second)
    }

    @Test func `a valid login works; a wrong or missing one is an error about the login`() async throws {
        let server = try await RegistryServer(.init(login: true))
        let digest = try await server.pushImage("private", tag: "v1")
        #expect(try await client(server, password: RegistryServer.password).image("private", "v1")?.digest == digest)
        for password in ["wrong-password", nil] {
            let error = await #expect(throws: OCIError.self) {
                _ = try await client(server, password: password).image("private", "v1")
            }
            #expect(error?.code == .unauthorised)
            #expect(error?.message.contains("\(server.host)/private") == true)
            #expect(error?.message.contains("wrong-password") == false)
        }
    }

    @Test func `TLS is trusted only with the authority's file`() async throws {
        let server = try await RegistryServer(.init(login: true, tlsName: "registry.launch.test"))
        let digest = try await server.pushImage("private", tag: "v1")
        let client = try client(server, password: RegistryServer.password)
        #expect(try await client.image("private", "v1")?.digest == digest)

        let untrusting = RegistryClient(
            .init(host: try RegistryHost(parsing: server.host), addresses: server.addresses))
        let error = await #expect(throws: OCIError.self) { _ = try await untrusting.image("private", "v1") }
        #expect(error?.code == .tls)
        #expect(error?.message.contains(server.host) == true)

        let missing = RegistryClient(
            .init(
                host: try RegistryHost(parsing: server.host), caFile: "/no/such/ca.pem", addresses: server.addresses))
        let other = await #expect(throws: OCIError.self) { _ = try await missing.image("private", "v1") }
        #expect(other?.code == .tls)
    }

    @Test func `plain HTTP to a registry with TLS on loopback is an error that mentions https`() async throws {
        let server = try await RegistryServer(.init(tlsName: "registry.launch.test"))
        let plain = RegistryClient(.init(host: try RegistryHost(parsing: "127.0.0.1:\(server.port)")))
        let error = await #expect(throws: OCIError.self) { _ = try await plain.image("x", "v1") }
        #expect(error?.code == .notARegistry)
        #expect(error?.message.contains("https") == true)
    }

    @Test func `concurrent requests succeed`() async throws {
        let server = try await RegistryServer(.init(login: true))
        let digest = try await server.pushImage("busy", tag: "v1")
        let client = try client(server, password: RegistryServer.password)
        let digests = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<32 { group.addTask { try await client.image("busy", "v1")?.digest } }
            return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(digests == [digest])
    }
}
