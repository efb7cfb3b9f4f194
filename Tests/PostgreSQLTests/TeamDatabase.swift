import TestSupport
import Testing

@testable import LaunchStore

/// The database of a team: the groups, the tables, and users.
///
/// `ada` and `bob` submit, `vic` views, `gpu` is an agent. `bob` owns the queue `open`, which takes priorities up to `high`
/// and three waiting runs of a submitter; `other` has no owner and no limits; `slurm` is of another resource.
struct TeamDatabase {
    let database: PostgresDatabase
    let roles: PostgreSQLRoles
    let ada: String
    let bob: String
    let vic: String
    let gpu: String

    init() throws {
        database = try PostgresDatabase(on: PostgresServer.shared.get())
        roles = try #require(PostgreSQLRoles(prefix: database.name))
        try Self.inOneTransaction(roles.statements, database)
        ada = try database.addRole("ada")
        bob = try database.addRole("bob")
        vic = try database.addRole("vic")
        gpu = try database.addRole("gpu")
        let memberships = [(ada, StoreRole.submitter), (bob, .submitter), (vic, .viewer), (gpu, .agent)]
        try Self.inOneTransaction(memberships.flatMap { user, kind in roles.grant(kind, to: user) }, database)
        try addQueue("open", owners: #"["\#(bob)"]"#, limits: #"{"priority": "high", "waiting": 3}"#)
        try addQueue("other")
        try addQueue("slurm", resource: "slurm")
    }

    static func inOneTransaction(_ statements: [String], _ database: PostgresDatabase) throws {
        try database.run((["BEGIN"] + statements + ["COMMIT"]).joined(separator: ";\n"))
    }

    func addQueue(_ name: String, resource: String = "mock", owners: String? = nil, limits: String? = nil) throws {
        func literal(_ text: String?) -> String { text.map { "'\($0)'" } ?? "NULL" }
        try database.run(
            """
            INSERT INTO launch.queues
                (name, resource, file_text, template, variables, created_at, updated_at, owners, limits)
            VALUES ('\(name)', '\(resource)', '# secret of \(name)', '{}', '[]', 1, 1,
                \(literal(owners)), \(literal(limits)))
            """)
    }

    /// A spec as the program writes it.
    static func spec(
        author: String, queue: String = "open", priority: String = "medium", resource: String = "mock",
        project: String = "p", extra: String = ""
    ) -> String {
        """
        {"author":"\(author)","entity":"team","overrides":{"arguments":["secret of \(author)"]},\
        "priority":"\(priority)","project":"\(project)","queue":"\(queue)","rehearse":false,\
        "resource":"\(resource)","source":{"image":"a"}\(extra)}
        """
    }

    /// The statement that submits a run.
    static func submit(_ id: String, _ spec: String) -> String {
        "SELECT id FROM launch.submit('\(id)', '\(spec)')"
    }

    /// Runs statements, one a session, and returns their rows.
    @discardableResult
    func run(_ statement: String, as role: String? = nil) throws -> [String] {
        try database.run(statement, as: role)
    }

    /// The message of the server for the first of the statements that it refuses; nil if all run.
    func refusal(_ statements: [String], as role: String) throws -> String? {
        try Self.refusal(statements, PostgresSession(database, as: role))
    }

    static func refusal(_ statements: [String], _ session: PostgresSession) throws -> String? {
        for statement in statements {
            let lines = try session.run(statement)
            if let first = lines.firstIndex(where: { $0.contains("ERROR:") || $0.contains("FATAL:") }) {
                return lines[first...].filter { !$0.hasPrefix("LOCATION:") }.joined(separator: " ")
            }
        }
        return nil
    }

    /// All rows of all tables, as one text for each table.
    func contents() throws -> [String] {
        let tables = [
            "settings", "queues", "jobs", "job_versions", "job_aliases", "runs", "events", "run_counts", "owners",
        ]
        return try run(
            tables.map { table in
                "SELECT '\(table) ' || coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') FROM launch.\(table) t"
            }.joined(separator: " UNION ALL ") + " ORDER BY 1")
    }
}
