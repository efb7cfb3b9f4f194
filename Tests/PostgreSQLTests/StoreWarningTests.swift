import TestSupport
import Testing

@testable import LaunchStore

@Suite("warnings about a server") struct StoreWarningTests {
    struct Case: Sendable {
        var facts = StoreServer.Facts()
        var transport = StoreServer.Transport()
        var words: [String] = []
    }

    private static func clock(_ difference: Int64, took: Int64 = 0) -> StoreServer.Facts {
        StoreServer.Facts(clockDifference: difference, roundTrip: took)
    }

    static let cases = [
        Case(),
        Case(transport: .init(leavesMachine: true, tlsMode: "verify-full")),
        Case(transport: .init(leavesMachine: true, tlsMode: "verify-ca")),
        Case(transport: .init(leavesMachine: true)),
        Case(transport: .init(leavesMachine: false, tlsMode: "disable")),
        Case(transport: .init(leavesMachine: true, tlsMode: "require"), words: ["sslmode 'require'"]),
        Case(transport: .init(leavesMachine: true, tlsMode: "disable"), words: ["sslmode 'disable'"]),
        Case(facts: .init(writesToDisk: false), words: ["fsync = off"]),
        Case(facts: .init(isReadOnly: true), words: ["a replica or read-only"]),
        Case(
            facts: .init(writesToDisk: false, isReadOnly: true),
            transport: .init(leavesMachine: true, tlsMode: "allow"),
            words: ["'allow'", "replica", "fsync"]),
        Case(facts: clock(3_000)), Case(facts: clock(-3_000)),
        Case(facts: clock(4_000, took: 3_000)),
        Case(facts: clock(12_400), words: ["is 12 s behind the clock"]),
        Case(facts: clock(-86_400_000, took: 900), words: ["is 86400 s ahead of the clock"]),
        Case(facts: clock(.min, took: .max), words: ["ahead of the clock"]),
        Case(facts: clock(.min), words: ["ahead of the clock"]), Case(facts: clock(.max), words: ["behind the clock"]),
    ]

    @Test(arguments: cases) func `a server is described:`(_ example: Case) {
        let found = StoreServer.warnings(of: example.facts, example.transport)
        #expect(found.count == example.words.count, "\(found)")
        for (warning, words) in zip(found, example.words) { #expect(warning.message.contains(words), "\(warning)") }
    }

    @Test(.enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
    func `a real server that is read-only is found`() async throws {
        let database = try PostgresDatabase(on: PostgresServer.shared.get())
        let parameters = PostgresServer.parameters(database.environment)
        let server = StoreServer(name: database.name) { parameters }
        let isReadOnly = { (warning: StoreServer.Warning) in warning.message.contains("read-only") }
        #expect(try await !server.warnings().contains(where: isReadOnly))
        try database.run("ALTER DATABASE \(database.name) SET default_transaction_read_only = on")
        #expect(try await server.warnings().contains(where: isReadOnly))
        #expect(try await !server.warnings().contains { $0.message.contains("clock") })
    }
}
