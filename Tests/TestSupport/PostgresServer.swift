import Foundation

/// A real PostgreSQL server, started by `scripts/postgres`.
public struct PostgresServer: Sendable {
    /// The variables of libpq for the superuser: TCP on `localhost`, with a password and a verified certificate.
    public let environment: [String: String]
    /// The folder of the server's Unix socket; connections by it need no password.
    public let socketFolder: String
    private let state: String?

    /// Whether PostgreSQL is installed. `scripts/test` installs it where the tests can run.
    public static let isInstalled = Tool.path("postgres") != nil || !packaged.isEmpty
    public static let skipReason = "PostgreSQL is not installed: apt-get install postgresql"

    /// The path of `psql`. That of Debian's PATH is a script, which takes several times as long to start.
    static let psql = packaged.last.map { "\($0)/psql" } ?? Tool.path("psql") ?? "psql"

    /// The folders of Debian's versions, oldest first.
    private static let packaged = ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? [])
        .compactMap { Int($0) }.sorted().map { "/usr/lib/postgresql/\($0)/bin" }
        .filter { FileManager.default.isExecutableFile(atPath: "\($0)/postgres") }

    /// The server that all tests share. It keeps running, as a container engine does.
    public static let shared = Result { try PostgresServer(state: nil) }

    /// A server of its own, for tests that break it.
    public static func with<T>(_ body: (PostgresServer) async throws -> T) async throws -> T {
        let state = try TemporaryDirectory()
        let server = try PostgresServer(state: state.path)
        let result: Result<T, any Error>
        do {
            result = .success(try await body(server))
        } catch {
            result = .failure(error)
        }
        try script("stop", state: state.path)
        return try result.get()
    }

    private init(state: String?) throws {
        self.state = state
        try Self.script("start", state: state)
        // The shell reads the line, because its words may be quoted.
        let names = ["PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSSLMODE", "PGSSLROOTCERT"]
        let values = try Self.evaluated(names + ["LAUNCH_DEV_POSTGRES_SOCKET"], state: state)
        environment = Dictionary(uniqueKeysWithValues: zip(names, values))
        socketFolder = values.last ?? ""
    }

    /// Sends a signal to the server's main process: `KILL`, `STOP` or `CONT`.
    public func signal(_ name: String) throws {
        let pid = try Self.evaluated(["LAUNCH_DEV_POSTGRES_PID"], state: state)
        try Tool.run("kill", ["-\(name)"] + pid)
    }

    /// Starts the server again after a kill, with its databases and on its port.
    public func restart() throws {
        try Self.script("start", state: state)
    }

    private static func evaluated(_ names: [String], state: String?) throws -> [String] {
        let print = names.map { "\"$\($0)\"" }.joined(separator: " ")
        let text = try Tool.run(
            "bash", ["-c", #"line=$("$0" env 2>&1) && eval "$line" && printf '%s\n' "# + print, path],
            environment: folder(state))
        return text.split(separator: "\n").map(String.init)
    }

    private static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "scripts/postgres").path

    @discardableResult
    private static func script(_ command: String, state: String?) throws -> String {
        try Tool.run(path, [command], environment: folder(state))
    }

    private static func folder(_ state: String?) -> [String: String] {
        state.map { ["LAUNCH_DEV_STATE": $0] } ?? [:]
    }
}

extension PostgresServer {
    /// The parameters of a connection of the superuser to the server, from the variables of libpq.
    public static func parameters(_ environment: [String: String]) -> [String: String] {
        let keywords = [
            "PGHOST": "host", "PGPORT": "port", "PGDATABASE": "dbname", "PGUSER": "user", "PGPASSWORD": "password",
            "PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert",
        ]
        return Dictionary(
            uniqueKeysWithValues: environment.compactMap { name, value in keywords[name].map { ($0, value) } })
    }
}
