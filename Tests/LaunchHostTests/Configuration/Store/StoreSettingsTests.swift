import Foundation
import LaunchCore
import LaunchPluginKit
import TestSupport
import Testing

@testable import LaunchConfiguration

@Suite struct StoreSettingsTests {
    /// A catalog whose environment `aws` offers logins to databases.
    private static let catalog: PluginCatalog = {
        let environments = Fake.catalog.environments.map { plugin in
            var plugin = plugin
            guard plugin.type == "aws" else { return plugin }
            plugin.databaseLogins.methods = ["token"]
            plugin.databaseLogins.schemes = ["vault"]
            plugin.databaseLogins.fault = { $1.hasPrefix("v/") ? nil : "the name of a secret begins with v/" }
            return plugin
        }
        return PluginCatalog(
            environments: environments, registries: Fake.catalog.registries, builders: Fake.catalog.builders,
            runners: Fake.catalog.runners)
    }()

    private func store(_ text: String) throws -> StoreSettings {
        try LaunchConfig(Fake.document(text), catalog: Self.catalog).store
    }

    private func postgres(_ text: String) throws -> PostgresSettings {
        guard case .postgres(let settings) = try store(text) else { throw CancellationError() }
        return settings
    }

    /// The diagnostics as `line:column message (hint)`.
    private func problems(_ text: String) throws -> [String] {
        let found: [Diagnostic]
        do {
            found = try LaunchConfig(Fake.document(text), catalog: Self.catalog).warnings
        } catch let error as LaunchError {
            found = error.diagnostics
        }
        #expect(found.allSatisfy { $0.line != nil })
        return found.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.message)" + ($0.hint.map { " (\($0))" } ?? "") }
    }

    @Test(arguments: ["", "store:", "store: {}", "store: {type: sqlite}", "store: {type: null}"])
    func `without more, the store is the database of the home`(text: String) throws {
        #expect(try store(text) == .sqlite)
        #expect(try problems(text) == [])
    }

    @Test func `the keys of an address are keywords of libpq`() throws {
        let settings = try postgres(
            "store: {type: postgres, host: db.example, port: 6432, database: launch, user: ada, sslmode: verify-ca, sslrootcert: /ca.pem}"
        )
        #expect(
            settings.keywords == [
                "host": "db.example", "port": "6432", "dbname": "launch", "user": "ada", "sslmode": "verify-ca",
                "sslrootcert": "/ca.pem",
            ])
        #expect(settings.password == .standard)
        #expect(settings.pooling == .automatic)
        #expect(settings.login == DatabaseLogin(host: "db.example", port: 6432, user: "ada"))
        #expect(settings.place == "db.example:6432/launch")
        let url = try postgres(
            "store: {type: postgres, url: 'postgresql://ada@db.example/launch', pooling: transaction}")
        #expect(url.keywords == ["host": "db.example", "dbname": "launch", "user": "ada"])
        #expect(url.pooling == .transaction)
        #expect(url.login?.port == 5432)
        #expect(try postgres("store: {type: postgres, service: s}").keywords == ["service": "s"])
        #expect(try postgres("store: {type: postgres}").keywords == [:])
    }

    @Test func `a connection that leaves the machine verifies the server, unless the user writes otherwise`() throws {
        func parameters(_ text: String, _ variables: [String: String] = [:], files: Set<String> = []) throws -> [String]
        {
            let found = try postgres("store: {type: postgres, \(text)}")
                .parameters(variables, exists: { files.contains($0) })
            return ["sslmode", "sslrootcert"].compactMap { found[$0] }
        }
        let bundle = "/etc/ssl/certs/ca-certificates.crt"
        #expect(try parameters("host: db.example") == ["verify-full"])
        #expect(try parameters("host: db.example", files: [bundle]) == ["verify-full", bundle])
        let own = "/home/ada/.postgresql/root.crt"
        #expect(try parameters("host: db.example", ["HOME": "/home/ada"], files: [bundle, own]) == ["verify-full"])
        #expect(try parameters("host: db.example", ["PGSSLROOTCERT": "/x"], files: [bundle]) == ["verify-full"])
        #expect(try parameters("host: db.example, sslrootcert: /y", files: [bundle]) == ["verify-full", "/y"])
        #expect(try parameters("host: db.example, sslmode: require", files: [bundle]) == ["require"])
        #expect(try parameters("host: db.example", ["PGSSLMODE": "require"]) == [])
        for host in ["localhost", "127.0.0.1", "'::1'", "/run/postgresql", "'localhost,127.1.2.3'"] {
            #expect(try parameters("host: \(host)", files: [bundle]) == ["prefer"], "\(host)")
        }
        #expect(try parameters("host: 'localhost,db.example'") == ["verify-full"])
        #expect(try parameters("host: 127.0.0.1.example") == ["verify-full"])
        #expect(try parameters("database: d") == ["prefer"])
        #expect(try parameters("database: d", ["PGHOST": "db.example"]) == ["verify-full"])
        #expect(try parameters("host: localhost", ["PGHOSTADDR": "10.0.0.1"]) == ["verify-full"])
        #expect(try parameters("service: s") == ["verify-full"])
        #expect(try parameters("database: d", ["PGSERVICE": "s"]) == ["verify-full"])
        #expect(try parameters("url: 'postgresql://db.example/d'") == ["verify-full"])
        #expect(try parameters("url: 'postgresql:///d?host=/run'") == ["prefer"])
    }

    @Test func `a password is named, and never written`() throws {
        func password(_ text: String) throws -> PostgresSettings.Password {
            try postgres("environment: {type: aws, region: r}\nstore: {type: postgres, host: h, user: u, \(text)}")
                .password
        }
        #expect(try password("password: 'env:DB_PASSWORD'") == .variable("DB_PASSWORD"))
        #expect(try password("password: 'file:/etc/launch/db'") == .file("/etc/launch/db"))
        #expect(try password("password: 'vault:v/launch'") == .secret(scheme: "vault", name: "v/launch"))
        #expect(try password("auth: token, region: us-east-1") == .made(method: "token"))
        let secret = "correct-horse-7"
        for text in [
            "password: \(secret)", "url: 'postgresql://u:\(secret)@h/d'", "url: 'postgresql://h/d?password=\(secret)'",
            "url: 'postgresql://u:\(secret)@h:no/d'",
        ] {
            let error = try #require(throws: LaunchError.self) { _ = try store("store: {type: postgres, \(text)}") }
            #expect(!"\(error) \(error.diagnostics)".contains(secret), "\(text)")
        }
    }

    @Test(arguments: [
        ("store: postgres", ["1:8 \"store\" must be a mapping; found the text \"postgres\""]),
        (
            "store: {host: h}", ["1:15 the store has \"host\" and no \"type\" (add type: postgres)"]
        ),
        (
            "store: {type: sqlite, host: h}",
            [
                "1:29 \"host\" belongs to the store type \"postgres\", not to \"sqlite\" (write type: postgres, or remove the key)"
            ]
        ),
        (
            "store: {type: postgres, url: 'postgresql://h/d', user: u, service: s}",
            [
                "1:56 \"user\" and \"url\" of the store both say where the database is (keep one of them)",
                "1:68 \"service\" and \"url\" of the store both say where the database is (keep one of them)",
                "1:56 \"user\" and \"service\" of the store both say where the database is (keep one of them)",
            ]
        ),
        (
            "store: {type: postgres, url: 'https://h/d'}",
            [
                "1:30 \"url\" of the store is not the address of a PostgreSQL database (write it like postgresql://launch_agent@db.example:5432/launch)"
            ]
        ),
        (
            "store: {type: postgres, url: 'postgresql://localhost/d?sslmode=require', sslmode: require}",
            ["1:83 the store has \"sslmode\" twice: as a key, and in its \"url\" (keep one of them)"]
        ),
        (
            "store: {type: postgres, host: 'h:5432'}",
            ["1:31 \"host\" of the store contains a port (write host: h and port: 5432)"]
        ),
        ("store: {type: postgres, user: ''}", ["1:31 \"user\" of the store is empty (give it a value, or remove it)"]),
        (
            "store: {type: postgres, region: r}",
            ["1:33 \"region\" of the store has no effect with auth: password (remove it)"]
        ),
        (
            "store: {type: postgres, auth: tokn}",
            ["1:31 \"auth\" of the store must be password or token; found \"tokn\"; did you mean \"token\"?"]
        ),
        (
            "store: {type: postgres, host: h, user: u, auth: token}",
            ["1:49 \"token\" needs the environment type \"aws\"; this one is \"local\" (add environment: {type: aws})"]
        ),
        (
            "environment: {type: aws, region: r}\nstore: {type: postgres, host: h, auth: token, password: 'env:A', sslmode: prefer}",
            [
                "2:57 the store has \"password\", and auth: token makes the password (remove one of the two)",
                "2:40 auth: token needs the user of the store in this file (the password is made for one host and one user; add user:)",
                "2:75 auth: token with sslmode: prefer may send the password unencrypted (remove sslmode, or write verify-full)",
            ]
        ),
        (
            "environment: {type: aws, region: r}\nstore: {type: postgres, password: 'vault:x'}",
            ["2:35 \"password\" of the store: the name of a secret begins with v/"]
        ),
        (
            "store: {type: postgres, password: 'env:a b'}",
            [
                "1:35 \"password\" of the store does not name an environment variable after \"env:\" (write it like env:LAUNCH_DB_PASSWORD)"
            ]
        ),
        (
            "store: {type: postgres, host: db.example, sslmode: prefer}",
            [
                "1:52 with sslmode: prefer, the data of the store may cross the network unencrypted (remove it, or write sslmode: verify-full; sslrootcert: names the authority)"
            ]
        ),
        (
            "store: {type: postgres, host: db.example, sslmode: require}",
            [
                "1:52 with sslmode: require, another server can pass itself off as the store's (remove it, or write sslmode: verify-full; sslrootcert: names the authority)"
            ]
        ),
        ("store: {type: postgres, host: localhost, sslmode: disable}", []),
        ("store: {type: postgres, pasword_file: x}", ["1:25 unknown key"]),
    ])
    func `a mistake is reported at its place, with what to write`(text: String, expected: [String]) throws {
        let found = try problems(text)
        #expect(found.count == expected.count, "\(found)")
        for line in expected { #expect(found.contains { $0.hasPrefix(line) }, "\(line)\n\(found)") }
    }

    @Test func `a password comes from where the file says`() async throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write("password", "correct horse\n")
        let file = PostgresSettings(password: .file(path))
        #expect(try await file.password([:], environment: nil)?.reveal() == "correct horse")
        let variable = PostgresSettings(password: .variable("DB"))
        #expect(try await variable.password(["DB": "x y z"], environment: nil)?.reveal() == "x y z")
        #expect(try await PostgresSettings().password(["PGPASSWORD": "x"], environment: nil) == nil)
        try folder.write("two", "a\nb\n")
        for wrong in [
            PostgresSettings(password: .variable("ABSENT")), PostgresSettings(password: .file(folder.file("absent"))),
            PostgresSettings(password: .file(folder.file("two"))), PostgresSettings(password: .made(method: "token")),
            PostgresSettings(password: .secret(scheme: "vault", name: "v/x")),
        ] {
            let error = await #expect(throws: LaunchError.self) { _ = try await wrong.password([:], environment: nil) }
            #expect(error?.kind == .configuration)
            #expect(error?.hint != nil)
        }
    }
}
