import Foundation
import Synchronization
import Testing

@testable import LaunchStore

/// Writes that wait at the same time share a commit, and are transactions of their own nevertheless.
@Suite struct GroupCommitTests {
    private let sandbox: Sandbox
    private let commits = Counter()
    private let database: Database

    final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    init() throws {
        sandbox = try Sandbox()
        database = try .sqlite(
            path: sandbox.path + "/group.db", durability: .processEnd,
            migrations: ["CREATE TABLE numbers (n INTEGER UNIQUE) STRICT"], notify: { [commits] in commits.add() })
    }

    /// Runs the bodies in one group: the thread of the database is kept busy until all of them wait.
    private func together(
        _ bodies: [@Sendable (any Connection) throws(StoreError) -> Void]
    ) async throws -> [StoreError?] {
        let open = DispatchSemaphore(value: 0)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let database = database
        return try await withThrowingTaskGroup(of: (Int, StoreError?).self) { group in
            group.addTask {
                _ = try await database.read { _ throws(StoreError) in
                    begin.yield()
                    open.wait()
                }
                return (-1, nil)
            }
            for await _ in begun { break }
            for (index, body) in bodies.enumerated() {
                group.addTask {
                    do {
                        try await database.write(body)
                        return (index, nil)
                    } catch {
                        return (index, error as? StoreError)
                    }
                }
            }
            while database.waitingCalls < bodies.count { await Task.yield() }
            open.signal()
            var errors = [StoreError?](repeating: nil, count: bodies.count)
            for try await (index, error) in group where index >= 0 { errors[index] = error }
            return errors
        }
    }

    private func insert(_ number: Int, fails: Bool = false) -> @Sendable (any Connection) throws(StoreError) -> Void {
        { connection throws(StoreError) in
            try connection.run("INSERT INTO numbers VALUES (?)", [.integer(number)])
            if fails { throw StoreError(.refused, "\(number)") }
        }
    }

    /// Ends the transaction of its group, as SQLite does if the disk is full.
    private func endGroup() -> @Sendable (any Connection) throws(StoreError) -> Void {
        { connection throws(StoreError) in
            try connection.run("INSERT INTO numbers VALUES (9)")
            let rows = try connection.rows("SELECT n FROM numbers") { row throws(StoreError) in try row.integer("n") }
            if rows.count > 1 { connection.rollBack() }
        }
    }

    private func numbers() async throws -> [Int64] {
        try await database.read { connection throws(StoreError) in
            try connection.rows("SELECT n FROM numbers ORDER BY n") { row throws(StoreError) in try row.integer("n") }
        }
    }

    @Test func `writes that wait are committed once`() async throws {
        let errors = try await together((0..<20).map { insert($0) })
        #expect(errors.allSatisfy { $0 == nil })
        #expect(try await numbers() == Array(0..<20))
        #expect(commits.value == 1)
    }

    @Test func `a write that fails has no effect, and the others of its group have theirs`() async throws {
        let errors = try await together((0..<20).map { insert($0, fails: $0 % 3 == 0) })
        #expect(errors.map { $0?.code } == (0..<20).map { $0 % 3 == 0 ? .refused : nil })
        #expect(try await numbers() == (0..<20).filter { $0 % 3 != 0 })
        #expect(commits.value == 1)
    }

    @Test func `a group larger than the limit is committed in parts`() async throws {
        let count = Database.largestGroup + 1
        let errors = try await together((0..<count).map { insert($0) })
        #expect(errors.allSatisfy { $0 == nil })
        #expect(commits.value == 2)
    }

    @Test func `calls are repeated one by one if their group cannot be committed`() async throws {
        let bodies = (0..<4).map { insert($0) } + [endGroup()]
        let errors = try await together(bodies)
        #expect(errors.prefix(4).allSatisfy { $0 == nil })
        #expect(try await numbers().prefix(4) == [0, 1, 2, 3])
    }
}
