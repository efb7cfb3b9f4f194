import Foundation
import LaunchPostgreSQL
import TestSupport
import Testing

/// Tests that change or break a server.
@Suite(.enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct ServerTests {
    @Test func `a certificate must be valid, for this host, and of the authority`() async throws {
        try await PostgresServer.with { server in
            let database = try PostgresDatabase(on: server)
            let folder = try TemporaryDirectory()
            let cases: [(name: String, days: Int, kind: PQError.Kind?)] = [
                ("localhost", 2, nil), ("other.example", 2, .certificate), ("localhost", -1, .certificate),
            ]
            for (name, days, kind) in cases {
                let certificate = try TestCertificate(for: name, in: folder, days: days)
                try install(certificate, on: server)
                let error = failure {
                    let connection = try database.connect(["sslrootcert": certificate.authority])
                    #expect(connection.usesTLS)
                    #expect(try connection.run("SELECT 1") == 1)
                }
                #expect(error?.kind == kind, "\(name) \(days): \(error?.description ?? "-")")
                // Another authority signed it.
                #expect(failure { _ = try database.connect() }?.kind == .certificate)
                // sslmode require encrypts without verification.
                #expect(try database.connect(["sslmode": "require", "sslrootcert": ""]).usesTLS)
            }
            let local = try database.connect(["host": server.socketFolder, "sslmode": "disable"])
            try local.run("ALTER SYSTEM SET ssl = off")
            try local.run("SELECT pg_reload_conf()")
            let plain = await eventually {
                failure { _ = try database.connect() }?.kind == .noTLS
            }
            #expect(plain)
        }
    }

    /// Replaces the certificate of the server, and returns when new connections get it.
    private func install(_ certificate: TestCertificate, on server: PostgresServer) throws {
        let home = URL(filePath: server.socketFolder).deletingLastPathComponent().path
        for (file, name) in [(certificate.certificate, "server.pem"), (certificate.key, "server.key")] {
            // The content only: the account of the server stays the owner.
            try Tool.run("cp", [file, "\(home)/\(name)"])
        }
        let local = ["host": server.socketFolder, "sslmode": "disable"]
        let connection = try PQConnection(
            parameters: PostgresServer.parameters(server.environment).merging(local) { $1 })
        let loaded = "SELECT pg_conf_load_time()::text AS t"
        let before = try connection.first(loaded) { row throws(PQError) in try row.text("t") }
        try connection.run("SELECT pg_reload_conf()")
        while try PQConnection(parameters: PostgresServer.parameters(server.environment).merging(local) { $1 })
            .first(loaded, [], { row throws(PQError) in try row.text("t") }) == before
        {}
    }

    @Test func `a server that is killed is unreachable, and takes connections after its restart`() async throws {
        try await PostgresServer.with { server in
            let database = try PostgresDatabase(on: server)
            let connection = try database.connect()
            try connection.script("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
            try server.signal("KILL")
            let error = failure {
                while true { try connection.run("SELECT 1") }
            }
            #expect([.unreachable, .shuttingDown].contains(error?.kind), "\(error?.description ?? "-")")
            #expect(!connection.isUsable)
            #expect(failure { _ = try database.connect() }?.kind == .unreachable)
            // The processes of the connections end a moment after the killed one.
            #expect(await eventually { (try? server.restart()) != nil })
            #expect(try database.connect().run("SELECT * FROM t") == 1)
        }
    }

    @Test func `a server that is frozen costs the time of the limit`() async throws {
        try await PostgresServer.with { server in
            let database = try PostgresDatabase(on: server)
            try server.signal("STOP")
            // The kernel accepts the connection; the frozen process says nothing.
            let began = ContinuousClock.now
            let error = failure { _ = try database.connect(limits: PQLimits(connect: .seconds(1))) }
            #expect(error?.kind == .timedOut)
            #expect(ContinuousClock.now - began >= .seconds(1))
            try server.signal("CONT")
            #expect(try database.connect().isUsable)
        }
    }
}
