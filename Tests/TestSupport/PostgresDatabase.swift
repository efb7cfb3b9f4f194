import Foundation

/// A database of one test, with a random name. It is dropped with the last reference, together with the roles whose
/// names begin with its name: roles belong to the whole server.
public final class PostgresDatabase: Sendable {
    /// The name: lowercase letters and digits.
    public let name: String
    /// The variables of libpq for the superuser in this database.
    public let environment: [String: String]

    /// Creates an empty database.
    public init(on server: PostgresServer) throws {
        name = "t\(UInt64.random(in: .min ... .max))"
        environment = server.environment.merging(["PGDATABASE": name]) { $1 }
        try Self.psql(["CREATE DATABASE \(name)"], server.environment)
    }

    deinit {
        let roles = """
            DO $$ DECLARE role text; BEGIN
                FOR role IN SELECT rolname FROM pg_roles WHERE starts_with(rolname, '\(name)') LOOP
                    EXECUTE format('DROP ROLE %I', role);
                END LOOP;
            END $$
            """
        _ = try? Self.psql(
            ["DROP DATABASE \(name) WITH (FORCE)", roles], environment.merging(["PGDATABASE": "postgres"]) { $1 })
    }

    /// Runs statements by `psql` in one session, each as a transaction of its own, and returns their rows: one a line,
    /// the columns separated by `|`. The first failing statement ends the session.
    /// - Parameter role: a role that `addRole` has made; nil for the superuser.
    /// - Throws: `Tool.Failure` with the message of the server, its SQLSTATE and its hint.
    @discardableResult
    public func run(_ statements: String..., as role: String? = nil) throws -> [String] {
        try Self.psql(statements, environment(of: role))
    }

    /// The variables of libpq for a role of this database.
    public func environment(of role: String?) -> [String: String] {
        guard let role else { return environment }
        return environment.merging(["PGUSER": role, "PGPASSWORD": Self.password]) { $1 }
    }

    /// Makes a role that can log in, and returns its name: the name of the database, and this one.
    public func addRole(_ name: String, in groups: String...) throws -> String {
        let role = "\(self.name)_\(name)"
        let membership = groups.isEmpty ? "" : " IN ROLE \(groups.joined(separator: ", "))"
        try run("CREATE ROLE \(role) LOGIN PASSWORD '\(Self.password)'\(membership)")
        return role
    }

    private static let password = "correct-horse"

    /// The options of `psql` for programs.
    static let options = [
        "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose",
        "--set=SHOW_CONTEXT=never",
    ]

    @discardableResult
    private static func psql(_ statements: [String], _ environment: [String: String]) throws -> [String] {
        let text = try Tool.run(
            PostgresServer.psql, options + statements.flatMap { ["--command", $0] }, environment: environment)
        return text.split(separator: "\n").map(String.init)
    }
}
