internal import Dispatch

/// The owners of a store on PostgreSQL. An owner lives as long as it renews its lease, by the clock of the server.
///
/// An owner that was suspended past its lease loses its runs to others, and its writes are refused by their fencing
/// tokens. When it resumes, it renews its lease and keeps the runs that were not adopted.
struct LeasedOwners: OwnerRegistry {
    let database: Database

    /// What an owner does with its queues, in the column `phase`.
    private enum Phase: String {
        case serving, draining, leaving
    }

    /// How long an owner lives after a renewal, in milliseconds.
    static let lease: Int64 = 30_000
    /// The time between renewals: two may fail before the lease ends.
    private static let pause = Duration.seconds(10)
    /// Rows of owners that ended this long ago are removed, in milliseconds.
    private static let kept: Int64 = 86_400_000

    func register(_ record: OwnerRecord) async throws(StoreError) -> OwnerLock {
        let queues = try SQLValue.json(record.queues)
        try await database.write { connection throws(StoreError) in
            let now = try connection.now.milliseconds
            try connection.run(
                "DELETE FROM owners WHERE lease_until < ?", [.integer(now.saturatingSubtracting(Self.kept))])
            try connection.run(
                """
                INSERT INTO owners (id, kind, pid, host, queues, started_at, renewed_at, lease_until, version, schema,
                    max_jobs, phase)
                VALUES (?1, ?2, ?3, ?4, ?5, ?8, ?6, ?7, ?9, ?10, ?11, ?12)
                """,
                [
                    .text(record.id.rawValue), .text(record.kind), .integer(Int64(record.pid)), .text(record.host),
                    queues, .integer(now), .integer(Self.end(ofLeaseFrom: now)), .time(record.startedAt),
                    .text(record.version), .integer(PostgreSQLSchema.version),
                    .integer(record.maxJobs.map(Int64.init)),
                    .text((record.drains == true ? Phase.draining : .serving).rawValue),
                ])
        }
        let database = database
        let renewal = Task {
            while true {
                do { try await Task.sleep(for: Self.pause) } catch { return }
                // A failed renewal is repeated before the lease ends.
                _ = try? await Self.renew(record.id, database)
            }
        }
        return OwnerLock(record) {
            renewal.cancel()
            // Others adopt the runs at once if the row is removed, and after the end of the lease otherwise. A program
            // that ends does not wait long for a server that is away.
            let removed = DispatchSemaphore(value: 0)
            database.post { connection throws(StoreError) in
                try connection.run("DELETE FROM owners WHERE id = ?", [.text(record.id.rawValue)])
            } done: {
                removed.signal()
            }
            _ = removed.wait(timeout: .now() + .seconds(1))
        }
    }

    func living() async throws(StoreError) -> [OwnerRecord] { try await known().filter(\.isAlive).map(\.record) }

    func known() async throws(StoreError) -> [KnownOwner] {
        try await database.read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT id, kind, pid, host, queues, started_at, version, max_jobs, phase, renewed_at,
                    CASE WHEN launch.is_alive(lease_until) THEN 1 ELSE 0 END AS alive
                FROM owners ORDER BY started_at, id
                """
            ) { row throws(StoreError) in
                let phase = row.optionalText("phase").flatMap(Phase.init(rawValue:))
                let record = OwnerRecord(
                    id: try row.word("id"), kind: try row.text("kind"), pid: Int32(clamping: try row.integer("pid")),
                    host: try row.text("host"), startedAt: try row.time("started_at"), queues: try row.json("queues"),
                    version: row.optionalText("version"),
                    maxJobs: row.optionalInteger("max_jobs").map { Int(clamping: $0) },
                    drains: phase == .draining ? true : nil)
                return KnownOwner(
                    record: record, isAlive: try row.flag("alive"), isLeaving: phase == .leaving,
                    lastContact: try row.time("renewed_at"))
            }
        }
    }

    func markLeaving(_ id: OwnerID) {
        // The end of a program does not wait for a server that is away.
        database.post { connection throws(StoreError) in
            try connection.run(
                "UPDATE owners SET phase = ? WHERE id = ?", [.text(Phase.leaving.rawValue), .text(id.rawValue)])
        } done: {
        }
    }

    /// Unknown: the process may be on another machine.
    func suspended(_ id: OwnerID) -> OwnerRecord? { nil }

    /// The end of a lease, in milliseconds. The clock is the server's, which may be wrong or hostile.
    static func end(ofLeaseFrom now: Int64) -> Int64 { now.saturatingAdding(lease) }

    private static func renew(_ id: OwnerID, _ database: Database) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            let now = try connection.now.milliseconds
            try connection.run(
                """
                UPDATE owners SET renewed_at = ?2, lease_until = ?3,
                    load = (SELECT count(*) FROM runs WHERE owner = ?1
                        AND state NOT IN ('queued', 'succeeded', 'failed', 'stopped')) WHERE id = ?1
                """, [.text(id.rawValue), .integer(now), .integer(end(ofLeaseFrom: now))])
        }
        // A submitter can set aside the limits of his session, and would keep rows locked.
        _ = try? await database.read { connection throws(StoreError) in
            try connection.rows("SELECT pid FROM launch.end_old_transactions(60)") { _ throws(StoreError) in }
        }
    }
}
