import Foundation
import TestSupport

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchCore
@testable import LaunchPluginKit
@testable import LaunchRehearsal
@testable import LaunchSnapshots
@testable import LaunchStore

/// A temporary folder for one test, deleted with the value.
///
/// With `LAUNCH_TEST_STORE=postgres`, its store is in a database of a real PostgreSQL server: the same tests hold for both
/// engines. With `LAUNCH_TEST_STORE=pgbouncer`, PgBouncer in transaction mode is before the server.
final class Sandbox: Sendable {
    let path: String
    let home: LaunchHome
    private let database: PostgresDatabase?
    private let pooler: PgBouncer?

    /// Whether the stores are in SQLite. Tests of SQLite itself, and tests that set the clock, need it.
    static let isSQLite = !["postgres", "pgbouncer"].contains(engine)
    private static let engine = ProcessInfo.processInfo.environment["LAUNCH_TEST_STORE"] ?? ""

    init() throws {
        database = Self.isSQLite ? nil : try Self.newDatabase()
        pooler =
            Self.engine == "pgbouncer"
            ? try PgBouncer(
                before: PostgresServer.shared.get(), users: [database?.environment["PGUSER"] ?? ""], connections: 4)
            : nil
        path = FileManager.default.temporaryDirectory.path + "/launch-store-\(UUID().uuidString)"
        home = LaunchHome(path: path + "/home")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A store that does not synchronize commits to disk. Tests need to survive the end of a process, not of the
    /// machine.
    func store(now: @escaping @Sendable () -> Date = { Date() }) throws -> Store {
        guard let database else { return try Store(home: home, durability: .processEnd, now: now) }
        let parameters =
            pooler?.parameters(database.environment) ?? PostgresServer.parameters(database.environment)
        return try Store(home: home, postgreSQL: database.name) { parameters }
    }

    private static func newDatabase() throws -> PostgresDatabase {
        let database = try PostgresDatabase(on: PostgresServer.shared.get())
        let statements = PostgreSQLRoles(prefix: database.name)?.statements ?? []
        try database.run((["BEGIN"] + statements + ["COMMIT"]).joined(separator: ";\n"))
        return database
    }

    /// A store with a queue `q`.
    func storeWithQueue() async throws -> Store {
        let store = try store()
        try await store.createQueue(QueueDefinition(name: "q", resource: "mock"))
        return store
    }
}

extension LaunchSpec {
    static func sample(
        queue: String? = "q", priority: Priority = .medium, name: String? = nil, image: String = "busybox"
    ) -> LaunchSpec {
        LaunchSpec(
            source: .image(image), name: name, project: "p", entity: "e", author: SystemUser.name, resource: "mock",
            queue: queue, priority: priority)
    }
}

/// A value that several threads change.
final class Shared<Value: Sendable>: @unchecked Sendable {
    // Unchecked because `NSLock` guards the value; a Thread's block cannot capture a Mutex.
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) {
        self.value = value
    }

    @discardableResult
    func with<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        try lock.withLock { try body(&value) }
    }
}

/// Runs `body` in `count` tasks at once and waits for all.
func concurrently(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<count { group.addTask { try await body(index) } }
        try await group.waitForAll()
    }
}

/// The owner with the given name. The names in the tests are valid.
func owner(_ text: String) throws -> OwnerID {
    guard let id = OwnerID(rawValue: text) else { throw StoreError(.invalid, "no owner: \(text)") }
    return id
}

/// The error that `body` throws, or nil.
func storeError(_ body: () async throws -> Void) async -> StoreError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? StoreError
    }
}
