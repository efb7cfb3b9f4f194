import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchCrypto
import LaunchSubprocess
import TestSupport
import Testing

/// The real engine, through a TLS server that requires a client certificate.
@Suite(
    "An engine over TLS", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"), .timeLimit(.minutes(30)))
struct EngineTLSTests {
    /// Forwards every connection to the engine's socket.
    private static let proxy = """
        import socket, ssl, sys, threading
        port, folder, engine = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
        context.load_verify_locations(folder + "/ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        def copy(source, target):
            try:
                while data := source.recv(65536): target.sendall(data)
                target.shutdown(socket.SHUT_WR)
            except OSError: pass
        def serve(client):
            try: client = context.wrap_socket(client, server_side=True)
            except OSError: return
            upstream = socket.socket(socket.AF_UNIX); upstream.connect(engine)
            threading.Thread(target=copy, args=(upstream, client), daemon=True).start()
            copy(client, upstream)
        server = socket.create_server(("127.0.0.1", port))
        while True: threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
        """

    private struct World {
        let folder: TemporaryDirectory
        let address: String
    }

    private func with(_ body: (World) async throws -> Void) async throws {
        guard case .unix(let socket) = try await EngineFixture.engine().address else { return }
        let folder = try TemporaryDirectory()
        let certificate = try TestCertificate(for: "engine.example", in: folder)
        for (from, to) in [(certificate.authority, "ca"), (certificate.certificate, "cert"), (certificate.key, "key")] {
            try FileManager.default.copyItem(atPath: from, toPath: folder.file("\(to).pem"))
        }
        let port = try #require(freePort())
        let server = Task {
            try await Subprocess.run("python3", ["-c", Self.proxy, "\(port)", folder.path, socket])
        }
        let world = World(folder: folder, address: "tcp://127.0.0.1:\(port)")
        let variables = ["DOCKER_HOST": world.address, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": folder.path]
        let isUp = await eventually {
            (try? await EngineLocator(variables: variables).locate(EngineClient.connect)) != nil
        }
        #expect(isUp)
        try await body(world)
        server.cancel()
        _ = await server.result
    }

    @Test
    func `Docker's variables select the authority and the client certificate, for the API and the command line`()
        async throws
    {
        try await with { world in
            let variables = [
                "DOCKER_HOST": world.address, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": world.folder.path,
            ]
            let client = try await EngineLocator(variables: variables).locate(EngineClient.connect).client
            #expect(try await client.version().version.isEmpty == false)
            let found = try await EngineCommand.findAll()
            let command = try #require(found.first { $0.kind == .docker })
            try await CommandSession.with(command, engine: client.address) { session in
                // The push of a missing image reaches the engine and fails there.
                let error = await #expect(throws: EngineError.self) {
                    try await session.push("127.0.0.1:1/launch-none:1") { _ in }
                }
                #expect(error?.message.contains("does not exist") == true, "\(error?.message ?? "")")
            }
        }
    }

    @Test
    func `Without a certificate, or with another authority, the connection fails`() async throws {
        try await with { world in
            let other = try TemporaryDirectory()
            _ = try TestCertificate(for: "other.example", in: other)
            try FileManager.default.copyItem(atPath: other.file("ca.crt"), toPath: other.file("ca.pem"))
            for variables in [
                ["DOCKER_HOST": world.address],
                ["DOCKER_HOST": world.address, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": other.path],
            ] {
                let error = await #expect(throws: EngineError.self) {
                    _ = try await EngineLocator(variables: variables).locate(EngineClient.connect)
                }
                #expect(error?.code == .notReachable)
            }
        }
    }

    @Test
    func `A context of docker's has the address and the files`() async throws {
        try await with { world in
            let id = SHA256.hex("mine".utf8)
            let meta = world.folder.file("contexts/meta/\(id)")
            let tls = world.folder.file("contexts/tls/\(id)/docker")
            for path in [meta, tls] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            for name in ["ca", "cert", "key"] {
                try FileManager.default.copyItem(
                    atPath: world.folder.file("\(name).pem"), toPath: "\(tls)/\(name).pem")
            }
            _ = try world.folder.write(
                "contexts/meta/\(id)/meta.json",
                #"{"Name":"mine","Metadata":{},"Endpoints":{"docker":{"Host":"\#(world.address)","SkipTLSVerify":false}}}"#
            )
            _ = try world.folder.write("config.json", #"{"auths": {}, "currentContext": "mine"}"#)
            for variables in [
                ["DOCKER_CONFIG": world.folder.path], ["DOCKER_CONFIG": world.folder.path, "DOCKER_CONTEXT": "mine"],
            ] {
                let located = try await EngineLocator(variables: variables).locate(EngineClient.connect)
                #expect(located.source == .context)
            }
        }
    }
}

@Suite("Docker's contexts and other hosts")
struct EngineContextTests {
    @Test
    func `DOCKER_HOST precedes a context; the context 'default' counts as none; an unknown context is an error`() throws
    {
        let folder = try TemporaryDirectory()
        _ = try folder.write("config.json", #"{"currentContext": "gone"}"#)
        let unknown = #expect(throws: EngineError.self) {
            try EngineLocator(variables: ["DOCKER_CONFIG": folder.path]).candidates()
        }
        #expect(unknown?.message.contains("'gone'") == true && unknown?.hint?.contains("docker context ls") == true)
        let host = EngineLocator(variables: ["DOCKER_CONFIG": folder.path, "DOCKER_HOST": "unix:///a.sock"])
        #expect(try host.candidates().map(\.source) == [.dockerHost])
        let usual = EngineLocator(variables: ["DOCKER_CONFIG": folder.path, "DOCKER_CONTEXT": "default"])
        #expect(try usual.candidates().allSatisfy { $0.source == .wellKnown })
    }

    @Test(arguments: [
        "tcp://10.1.2.3:2375", "tcp://engine.example:2375", "http://192.168.1.1:80", "tcp://127.0.0.1.example:1",
        "tcp://localhost.example:2375",
    ])
    func `An engine on another host needs TLS`(_ address: String) throws {
        for locator in [
            EngineLocator(option: address, variables: [:]), EngineLocator(variables: ["DOCKER_HOST": address]),
        ] {
            let error = #expect(throws: EngineError.self) { try locator.candidates() }
            #expect(error?.code == .notReachable && error?.hint?.contains("DOCKER_TLS_VERIFY") == true)
        }
        let secure = EngineLocator(
            variables: ["DOCKER_HOST": address, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certificates"])
        #expect(try secure.candidates().count == 1)
    }
}
