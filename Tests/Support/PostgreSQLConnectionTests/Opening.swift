import LaunchPostgreSQL
import TestSupport

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
