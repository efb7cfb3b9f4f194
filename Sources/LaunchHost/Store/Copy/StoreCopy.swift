internal import LaunchConcurrency
internal import LaunchCrypto

/// Copies the contents of a store to an empty one on the other engine: all that a user sees of queues, jobs, runs and
/// events, with their order. Leases of owners, and the settings and rights of a server, belong to the store itself.
///
/// Both stores are locked meanwhile, and the copy is one transaction: a copy that does not end leaves the destination as
/// it was. Before the commit all rows are read back and compared by a checksum. The memory does not depend on the number
/// of rows.
package struct StoreCopy: Sendable {
    /// A store.
    package enum Place: Sendable {
        /// The database in a program's home.
        case sqlite(LaunchHome)
        /// A database of a server. The user must be an owner of the store.
        case postgreSQL(StoreServer)

        /// The name for messages.
        package var name: String {
            switch self {
            case .sqlite(let home): "SQLite, \(home.database)"
            case .postgreSQL(let server): "PostgreSQL, \(server.name)"
            }
        }
    }

    /// What is done at the moment.
    package enum Step: Sendable {
        case copying, comparing
    }

    /// What was copied.
    package struct Summary: Sendable, Hashable, Codable {
        /// The number of queues.
        package var queues = 0
        /// The number of versions of jobs.
        package var jobVersions = 0
        /// The number of runs.
        package var runs = 0
        /// The number of events.
        package var events = 0
        /// A chain of SHA-256 over all rows, which the source and the destination have in common, as hexadecimal digits.
        package var sha256 = ""
        /// Columns with values that the destination does not have, such as `jobs.author`.
        package var notCopied: [String] = []
        /// The number of runs whose logs or outputs the source keeps in the database. They are not copied.
        package var runsWithTexts = 0
        /// The number of values in which U+0000, which PostgreSQL does not store, became U+FFFD.
        package var replaced = 0
    }

    private let source: Place
    private let destination: Place

    package init(from source: Place, to destination: Place) {
        (self.source, self.destination) = (source, destination)
    }

    /// Copies and compares. It blocks no thread of Swift's pool.
    /// - Parameter progress: gets the number of rows that are done, and of all rows; called on another thread.
    /// - Throws: `.refused` if a program that holds runs is alive in one of the stores, the destination is not empty or
    ///   the user is not an owner of the store; `.corrupt` if the contents differ afterwards; `.busy`, `.full` and others
    ///   of the engines.
    package func run(
        progress: @escaping @Sendable (Step, _ done: Int, _ all: Int) -> Void
    ) async throws(StoreError) -> Summary {
        try await withBlockingWork { () -> Result<Summary, StoreError> in
            do throws(StoreError) {
                return .success(try copy(progress))
            } catch {
                return .failure(error)
            }
        }.get()
    }

    /// Checks what `run` would refuse, and copies nothing. A destination on this machine is made.
    /// - Throws: as `run`.
    package func check() async throws(StoreError) {
        try await withBlockingWork { () -> Result<Void, StoreError> in
            do throws(StoreError) {
                let source = try source.side(makesStore: false)
                let destination = try destination.side(makesStore: true)
                return .success(try check(source, destination))
            } catch {
                return .failure(error)
            }
        }.get()
    }

    private func check(_ source: any CopySide, _ destination: any CopySide) throws(StoreError) {
        try Self.checkOwners(of: source, self.source.name)
        try Self.checkOwners(of: destination, self.destination.name)
        for table in CopiedTable.all where try destination.connection.count(table) > 0 {
            throw StoreError(
                .refused, "The destination (\(self.destination.name)) is not empty: it has \(table.title).",
                hint: "Copy to a new store.")
        }
    }

    private func copy(_ progress: (Step, Int, Int) -> Void) throws(StoreError) -> Summary {
        let source = try source.side(makesStore: false)
        let destination = try destination.side(makesStore: true)
        try source.begin()
        defer { source.connection.rollBack() }
        try destination.begin()
        do throws(StoreError) {
            try check(source, destination)
            let summary = try copy(from: source, to: destination, progress)
            try destination.connection.commit()
            return summary
        } catch {
            destination.connection.rollBack()
            throw error
        }
    }

    private static func checkOwners(of side: any CopySide, _ name: String) throws(StoreError) {
        let living = try side.livingOwners()
        guard !living.isEmpty else { return }
        throw StoreError(
            .refused,
            "The store (\(name)) cannot be copied while these programs use it: \(living.joined(separator: ", ")).",
            hint: "End them, and try again.")
    }

    private func copy(
        from source: any CopySide, to destination: any CopySide, _ progress: (Step, Int, Int) -> Void
    ) throws(StoreError) -> Summary {
        var summary = Summary()
        var counts: [String: Int] = [:]
        for table in CopiedTable.all { counts[table.name] = try source.connection.count(table) }
        let all = counts.values.reduce(0, +)
        var plans: [(table: CopiedTable, columns: [CopiedColumn])] = []
        for table in CopiedTable.all {
            let (own, others) = (try source.columns(of: table), try destination.columns(of: table))
            for column in own where !others.contains(column) {
                if try source.connection.hasValue(column, in: table) {
                    summary.notCopied.append("\(table.name).\(column.name)")
                }
            }
            plans.append((table, own.filter(others.contains)))
        }

        summary.runsWithTexts = try source.runsWithTexts()
        var (done, digest) = (0, [UInt8]())
        for (table, columns) in plans {
            try source.connection.pages(of: table, columns) { rows throws(StoreError) in
                var rows = rows
                if !destination.takesNUL { summary.replaced += Self.replaceNUL(in: &rows) }
                for row in rows { digest = SHA256.hash(digest + Self.bytes(of: row)) }
                try destination.insert(rows, columns, into: table)
                done += rows.count
                progress(.copying, done, all)
            }
            if table.isNumbered { try destination.setCounter(of: table, to: try source.counter(of: table)) }
        }
        summary.sha256 = Hex.encode(digest)

        (done, digest) = (0, [])
        for (table, columns) in plans {
            try destination.connection.pages(of: table, columns) { rows throws(StoreError) in
                for row in rows { digest = SHA256.hash(digest + Self.bytes(of: row)) }
                done += rows.count
                progress(.comparing, done, all)
            }
            let copied = try destination.connection.count(table)
            guard copied == counts[table.name] else {
                throw Self.unequal("\(counts[table.name] ?? 0) rows of \(table.name) became \(copied)")
            }
        }
        guard Hex.encode(digest) == summary.sha256 else { throw Self.unequal("the checksums differ") }

        let count = { (name: String) in counts[name] ?? 0 }
        (summary.queues, summary.jobVersions) = (count("queues"), count("job_versions"))
        (summary.runs, summary.events) = (count("runs"), count("events"))
        return summary
    }

    private static func unequal(_ what: String) -> StoreError {
        StoreError(
            .corrupt, "The copy does not have the contents of the source: \(what). Nothing was copied.",
            hint: "Check the disks of both stores, and try again.")
    }

    /// Replaces U+0000 in texts. Returns the number of changed values.
    private static func replaceNUL(in rows: inout [[SQLValue]]) -> Int {
        var replaced = 0
        for row in rows.indices {
            for column in rows[row].indices {
                guard case .text(let text) = rows[row][column], text.utf8.contains(0) else { continue }
                rows[row][column] = .text(text.replacing("\0", with: "\u{FFFD}"))
                replaced += 1
            }
        }
        return replaced
    }

    /// The bytes of a row for the checksum: each value with its kind and its length, so that different rows have
    /// different bytes.
    private static func bytes(of row: [SQLValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in row {
            switch value {
            case .null: bytes.append(0)
            case .integer(let number):
                bytes.append(1)
                withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
            case .text(let text):
                bytes.append(2)
                withUnsafeBytes(of: Int64(text.utf8.count).littleEndian) { bytes += $0 }
                bytes += text.utf8
            }
        }
        return bytes
    }
}
