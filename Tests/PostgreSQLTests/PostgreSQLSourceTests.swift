import TestSupport
import Testing

@testable import LaunchStore

/// Attempts of a submitter and of a viewer on the sources of others, and on the limits, with plain SQL.
@Suite("sources on PostgreSQL", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct PostgreSQLSourceTests {
    private let team: TeamDatabase
    /// A piece of Bob's: `hello`.
    private static let piece = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    private static let name = String(repeating: "ab", count: 32)

    init() throws {
        team = try TeamDatabase()
        try team.run(#"SELECT launch.add_pieces('["aGVsbG8="]')"#, as: team.bob)
        try team.run("SELECT launch.add_source('\(Self.name)', '\(Self.list(Self.piece))')", as: team.bob)
    }

    private static func list(_ digests: String...) -> String {
        #"{"pieces":["# + digests.map { #"{"digest":"\#($0)","size":5}"# }.joined(separator: ",") + "]}"
    }

    private func contents() throws -> [String] {
        try ["pieces", "sources", "source_pieces", "piece_usage", "runs", "job_versions"].flatMap { table in
            try team.run("SELECT t::text FROM launch.\(table) t ORDER BY 1")
        }
    }

    private func refuse(_ attempts: [(statement: String, refusal: String)], as user: String) throws {
        let before = try contents()
        for attempt in attempts {
            let refusal = try team.refusal([attempt.statement], as: user)
            #expect(refusal?.contains(attempt.refusal) == true, "\(user): \(attempt.statement): \(refusal ?? "done")")
        }
        #expect(try contents() == before)
    }

    @Test func `no table of sources can be read, written or locked`() throws {
        for user in [team.ada, team.vic] {
            for table in ["pieces", "sources", "source_pieces", "piece_usage"] {
                let refusal = "42501: permission denied for table \(table)"
                try refuse(
                    [
                        ("SELECT * FROM launch.\(table)", refusal), ("DELETE FROM launch.\(table)", refusal),
                        ("TRUNCATE launch.\(table) CASCADE", refusal), ("COPY launch.\(table) TO STDOUT", refusal),
                        ("INSERT INTO launch.\(table) DEFAULT VALUES", refusal),
                        ("BEGIN; LOCK TABLE launch.\(table) IN ACCESS SHARE MODE", refusal),
                        ("DROP TABLE launch.\(table) CASCADE", "must be owner"),
                        ("SELECT * FROM launch_read.\(table)", "42P01"),
                    ], as: user)
            }
        }
    }

    @Test func `another's piece is neither known, nor part of a source, nor overwritten`() throws {
        let ada = team.ada
        // It is missing for Ada although Bob has it.
        #expect(
            try team.run(#"SELECT launch.missing_pieces('["\#(Self.piece)"]', 5)"#, as: ada) == [Self.piece])
        #expect(try team.run(#"SELECT launch.missing_pieces('["\#(Self.piece)"]', 5)"#, as: team.bob) == [])
        #expect(try team.run("SELECT launch.use_source('\(Self.name)')", as: ada) == ["f"])
        let spec = TeamDatabase.spec(author: ada).replacing(
            #"{"image":"a"}"#, with: #"{"code":{"dockerfile":"D","origin":"/s","snapshot":"\#(Self.name)"}}"#)
        try refuse(
            [
                (
                    "SELECT launch.add_source('\(Self.name)', '\(Self.list(Self.piece))')",
                    "LA003: The store has 0 of the 1 pieces of the source."
                ),
                (TeamDatabase.submit("new", spec), "LA002: The store has no source 'abababababab' of '\(ada)'."),
                (
                    #"SELECT launch.create_job_version('theft', '{"code":{"snapshot":"\#(Self.name)"}}')"#,
                    "LA002: The store has no source 'abababababab' of '\(ada)'."
                ),
                (
                    #"SELECT launch.create_job_version('theft', '{"code":{"\u0073napshot":"\#(Self.name)"}}')"#,
                    "LA002: The store has no source"
                ),
                (
                    "SELECT launch.remove_unused_sources(0)",
                    "42501: permission denied for function remove_unused_sources"
                ),
                ("SELECT launch.use_source_of('\(Self.name)')", "42501: permission denied for function"),
                ("SELECT launch.check_source_size(1)", "42501: permission denied for function"),
                ("INSERT INTO launch.settings VALUES ('author_bytes', '9999999999999')", "42501"),
            ], as: ada)
        // Bob's own name keeps its pieces.
        try team.run(#"SELECT launch.add_pieces('["d29ybGQ="]')"#, as: team.bob)
        let world = "486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7"
        try team.run("SELECT launch.add_source('\(Self.name)', '\(Self.list(world))')", as: team.bob)
        #expect(try team.run("SELECT digest FROM launch.source_pieces") == [Self.piece])
        #expect(try team.run("SELECT pieces FROM launch.sources") == [Self.list(Self.piece)])
    }

    @Test func `what is not a piece or a list of pieces is refused`() throws {
        try refuse(
            [
                ("SELECT launch.add_pieces(NULL)", "LA003: The list of pieces is missing."),
                (#"SELECT launch.add_pieces('{}')"#, "LA003: The list of pieces is not a JSON array."),
                (#"SELECT launch.add_pieces('["%%%"]')"#, "LA003: A piece is not 1 to 1048576 bytes in base64."),
                (#"SELECT launch.add_pieces('[""]')"#, "LA003: A piece is not 1 to 1048576 bytes"),
                (#"SELECT launch.add_pieces('[null]')"#, "LA003: A piece is not 1 to 1048576 bytes"),
                (#"SELECT launch.add_pieces('[7]')"#, "LA003: A piece is not 1 to 1048576 bytes"),
                (
                    #"SELECT launch.add_pieces('["' || repeat('AAAA', 349526) || '"]')"#,
                    "LA003: A piece is not 1 to 1048576 bytes"
                ),
                (
                    #"SELECT launch.add_pieces('["' || repeat('A', 9000000) || '"]')"#,
                    "LA003: The list of pieces has 9000004 bytes; at most 8388608 are stored."
                ),
                ("SELECT launch.add_source('../x', '{}')", "LA003: '../x' is not the name of a source."),
                ("SELECT launch.add_source(NULL, '{}')", "is not the name of a source."),
                ("SELECT launch.add_source('\(Self.name)', NULL)", "LA003: The list of pieces is missing."),
                ("SELECT launch.add_source('\(Self.name)', '{}')", "LA003: The list of pieces has no array"),
                (
                    #"SELECT launch.add_source('\#(Self.name)', '{"pieces":[]}')"#,
                    "LA003: The store has 0 of the 0 pieces"
                ),
                (
                    #"SELECT launch.add_source('\#(Self.name)', '{"pieces":[7]}')"#,
                    "LA003: The store has 0 of the 0 pieces"
                ),
                (
                    #"SELECT launch.add_source('\#(Self.name)', '{"pieces":[]}', 'file name')"#,
                    "LA003: 'file name' is not the place of pieces."
                ),
                ("SELECT launch.missing_pieces('[]', 999999999999)", "LA006: The source has 1000000 MB"),
                ("SELECT launch.missing_pieces('{}', 1)", "LA003: The list of digests is not a JSON array."),
            ], as: team.ada)
    }

    @Test func `no number of connections gets past the limit of a user`() throws {
        try team.run("INSERT INTO launch.settings VALUES ('author_bytes', '9')")
        let sessions = try (0..<2).map { _ in try PostgresSession(team.database, as: team.ada) }
        try sessions[0].run("BEGIN")
        try sessions[0].run(#"SELECT launch.add_pieces('["aGVsbG8="]')"#)
        // Waits for the first transaction, and then sees its bytes.
        try sessions[1].send(#"SELECT launch.add_pieces('["d29ybGQ="]')"#)
        try sessions[0].run("COMMIT")
        let refusal = try sessions[1].results().joined(separator: " ")
        #expect(refusal.contains("LA006: The sources of '\(team.ada)' would have more than 0 MB"), "\(refusal)")
        // What is there already needs no room.
        #expect(try team.run(#"SELECT launch.add_pieces('["aGVsbG8="]')"#, as: team.ada) == ["0"])
    }

    @Test func `a source that a submit takes into use is not removed at the same moment`() throws {
        try team.run("UPDATE launch.sources SET used_at = 1", as: nil)
        let submit = try PostgresSession(team.database, as: team.bob)
        let spec = TeamDatabase.spec(author: team.bob).replacing(
            #"{"image":"a"}"#, with: #"{"code":{"dockerfile":"D","origin":"/s","snapshot":"\#(Self.name)"}}"#)
        try submit.run("BEGIN")
        #expect(try submit.run(TeamDatabase.submit("new", spec)).last == "new")
        let agent = try PostgresSession(team.database, as: team.gpu)
        try agent.send("SELECT launch.remove_unused_sources(0)")
        try submit.run("COMMIT")
        _ = try agent.results()
        #expect(try team.run("SELECT name FROM launch.sources") == [Self.name])
    }
}
