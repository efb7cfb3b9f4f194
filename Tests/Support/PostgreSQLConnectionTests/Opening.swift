import LaunchPostgreSQL
import TestSupport

extension PostgresServer {
    /// The parameters of a connection of the superuser to the server, from the variables of libpq.
    static func parameters(_ environment: [String: String]) -> [String: String] {
        let keywords = [
            "PGHOST": "host", "PGPORT": "port", "PGDATABASE": "dbname", "PGUSER": "user", "PGPASSWORD": "password",
            "PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert",
        ]
        return Dictionary(
            uniqueKeysWithValues: environment.compactMap { name, value in keywords[name].map { ($0, value) } })
    }
}

extension PostgresDatabase {
    convenience init() throws {
        try self.init(on: PostgresServer.shared.get())
    }

    /// A connection of a role, or of the superuser.
    func connect(
        as role: String? = nil, _ changes: [String: String] = [:], limits: PQLimits = PQLimits(),
        statements: PQConnection.Statements = .prepared
    ) throws -> PQConnection {
        let parameters = PostgresServer.parameters(environment(of: role)).merging(changes) { $1 }
        return try PQConnection(parameters: parameters, limits: limits, statements: statements)
    }
}

/// The error that the body throws; nil if it throws none, or another one.
func failure(_ body: () throws -> Void) -> PQError? {
    do {
        try body()
        return nil
    } catch {
        return error as? PQError
    }
}
