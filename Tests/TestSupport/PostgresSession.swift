import Foundation

/// A session of `psql` that stays open, for tests with several transactions at the same time.
public final class PostgresSession {
    private static let mark = "-- end of the statements --"
    private let process = ChildProcess()
    private let input = Pipe()
    private let output = Pipe()
    private var rest = ""

    /// Connects to the database.
    /// - Parameter role: a role that `PostgresDatabase.addRole` has made; nil for the superuser.
    public init(_ database: PostgresDatabase, as role: String? = nil) throws {
        process.executableURL = URL(fileURLWithPath: PostgresServer.psql)
        // Statements after one that fails run too.
        process.arguments = PostgresDatabase.options.filter { !$0.contains("ON_ERROR_STOP") }
        process.environment = ProcessInfo.processInfo.environment.merging(database.environment(of: role)) { $1 }
        process.setStreams(input: input, output: output, errors: output)
        try process.run()
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Sends statements without waiting for their results. `results` waits for them.
    public func send(_ statements: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data("\(statements);\n\\echo \(Self.mark)\n".utf8))
    }

    /// The rows and the messages of the statements of one `send`.
    public func results() throws -> [String] {
        while true {
            if let end = rest.range(of: Self.mark + "\n") {
                let text = rest[..<end.lowerBound]
                rest = String(rest[end.upperBound...])
                return text.split(separator: "\n").map(String.init)
            }
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Tool.Failure(description: "psql ended: \(rest)") }
            rest += String(decoding: data, as: UTF8.self)
        }
    }

    /// Runs statements and returns their rows and messages.
    @discardableResult
    public func run(_ statements: String) throws -> [String] {
        try send(statements)
        return try results()
    }
}
