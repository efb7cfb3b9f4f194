import Foundation
import Glibc

/// A real PgBouncer in transaction mode before a PostgreSQL server, with fewer connections to the server than clients. It
/// ends with the last reference.
public final class PgBouncer: Sendable {
    /// The port on 127.0.0.1.
    public let port: Int
    private let process: ChildProcess
    private let folder: TemporaryDirectory

    /// Whether PgBouncer is installed. `scripts/test` installs it where the tests can run.
    public static let isInstalled = program != nil && PostgresServer.isInstalled
    public static let skipReason = "PgBouncer is not installed: apt-get install pgbouncer"

    private static let program =
        Tool.path("pgbouncer")
        ?? ["/usr/sbin/pgbouncer"].first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Starts it, and returns when it takes connections.
    /// - Parameters:
    ///   - users: the users that may connect, without a password.
    ///   - connections: how many connections to the server a user and database have.
    public init(before server: PostgresServer, users: [String], connections: Int = 2) throws {
        guard let program = Self.program else { throw Tool.Failure(description: Self.skipReason) }
        folder = try TemporaryDirectory()
        let list = try folder.write("users", users.map { "\"\($0)\" \"\"\n" }.joined())
        // It refuses to run as root, and the account that it then has must read its files.
        if geteuid() == 0 { chmod(folder.path, 0o755) }
        var last = "no port is free"
        for _ in 0..<5 {
            guard let port = freePort() else { continue }
            let settings = try folder.write(
                "pgbouncer.ini",
                """
                [databases]
                * = host=\(server.socketFolder) port=\(server.environment["PGPORT"] ?? "5432")
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = \(port)
                unix_socket_dir =
                auth_type = trust
                auth_file = \(list)
                pool_mode = transaction
                default_pool_size = \(connections)
                max_client_conn = 200
                """)
            let process = ChildProcess()
            process.executableURL = URL(fileURLWithPath: geteuid() == 0 ? "/usr/bin/setpriv" : program)
            process.arguments =
                (geteuid() == 0 ? ["--reuid=postgres", "--regid=postgres", "--clear-groups", program] : []) + [settings]
            let log = folder.file("log")
            _ = FileManager.default.createFile(atPath: log, contents: nil)
            let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
            process.setStreams(input: FileHandle.nullDevice, output: output, errors: output)
            try process.run()
            if Self.answers(on: port, process) {
                (self.port, self.process) = (port, process)
                return
            }
            process.terminate()
            process.waitUntilExit()
            last = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        }
        throw Tool.Failure(description: "pgbouncer does not start: \(last.suffix(2_000))")
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    /// The parameters of a connection through it.
    public func parameters(_ environment: [String: String]) -> [String: String] {
        var parameters = PostgresServer.parameters(environment)
        parameters["sslrootcert"] = nil
        return parameters.merging(["host": "127.0.0.1", "port": "\(port)", "sslmode": "disable"]) { $1 }
    }

    /// Whether it takes connections, before it ends or a minute has passed.
    private static func answers(on port: Int, _ process: ChildProcess) -> Bool {
        let began = ContinuousClock.now
        while process.isRunning, ContinuousClock.now - began < .seconds(60) {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let isOpen = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isOpen { return true }
            usleep(10_000)
        }
        return false
    }
}
