/// Selects runs for a list.
public struct RunFilter: Sendable, Hashable {
    /// Only runs in these states; empty means all.
    package var states: [RunState]
    /// Only runs of this queue.
    public var queue: String?
    /// Only runs of this project.
    public var project: String?
    /// The maximum number of runs; nil means all.
    public var limit: Int?
    /// Only runs that were submitted before the run with this `sequence`: the next page.
    public var before: Int64?

    /// Creates a filter; without arguments, it selects all runs.
    package init(
        states: [RunState] = [], queue: String? = nil, project: String? = nil, limit: Int? = nil, before: Int64? = nil
    ) {
        self.states = states
        self.queue = queue
        self.project = project
        self.limit = limit
        self.before = before
    }
}

extension RunFilter {
    /// The clauses of a statement over `runs` that select the matching runs; their parameters are `values`.
    ///
    /// Each form reads an index in the order of the result, so that a page costs the same for any number of runs. A
    /// state that is one of several would need a sort of all runs in these states, so each state gives its own page
    /// and the newest of these runs are taken.
    var clauses: String {
        var conditions: [String] = []
        if queue != nil { conditions.append("queue = ?1") }
        if before != nil { conditions.append("sequence < ?2") }
        if project != nil { conditions.append("project = ?3") }
        guard !states.isEmpty else { return Self.page(conditions) }
        let pages = Set(states).map(\.rawValue).sorted().map { state in
            "SELECT sequence FROM (SELECT sequence FROM runs \(Self.page(conditions + ["state = '\(state)'"]))) AS page"
        }
        return Self.page(["sequence IN (\(pages.joined(separator: " UNION ALL ")))"])
    }

    private static func page(_ conditions: [String]) -> String {
        let selection = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND ")) "
        return "\(selection)ORDER BY sequence DESC LIMIT ?4"
    }

    var values: [SQLValue] {
        [.text(queue), .integer(before), .text(project), .integer(max(0, limit ?? .max))]
    }
}

extension Store {
    /// The run with this ID.
    /// - Throws: `.unknown`.
    public func run(_ id: RunID) async throws(StoreError) -> RunRecord {
        try await database.read { connection throws(StoreError) in try Self.knownRun(id, connection) }
    }

    /// The run with this ID, for an owner that holds it with this token.
    /// - Throws: `.unknown`; `.stale` if the run has a new owner.
    package func run(_ id: RunID, token: Int64) async throws(StoreError) -> RunRecord {
        try await database.read { connection throws(StoreError) in try Self.ownRun(id, token, connection) }
    }

    /// The run whose ID is `text`, or the only one whose ID begins with it; at least 3 characters.
    /// - Throws: `.unknown`; `.invalid` with the candidates if several IDs begin with `text`, or if it is too short.
    public func run(matching text: String) async throws(StoreError) -> RunRecord {
        try await database.read { connection throws(StoreError) in
            if let id = RunID(rawValue: text), let run = try Self.run(id, connection) { return run }
            let allowed = text.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || RunID(rawValue: String(UnicodeScalar(byte))) != nil
            }
            guard allowed else {
                throw StoreError(
                    .invalid, "'\(text)' is not a run ID.",
                    hint: "IDs are of a-z, 0-9 and '-'; 'launch list' shows them.")
            }
            guard text.utf8.count >= 3 else {
                throw Self.unknownRun(text, connection, hint: "Give at least 3 characters of its ID.")
            }
            // IDs that begin with the text. '~' is greater than every character of an ID.
            let found = try connection.rows(
                "SELECT id FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT 11", [.text(text), .text(text + "~")]
            ) { row throws(StoreError) in row.runID }.compactMap(\.self)
            guard let id = found.first else { throw Self.unknownRun(text, connection) }
            guard found.count == 1 else {
                let names = found.prefix(10).map(\.rawValue)
                let list = names.joined(separator: ", ") + (found.count > 10 ? ", …" : "")
                throw StoreError(
                    .invalid, "Several runs begin with '\(text)': \(list).", hint: "Give more of the ID.",
                    candidates: names)
            }
            return try Self.knownRun(id, connection)
        }
    }

    /// The runs that match the filter, newest first.
    /// - Throws: `StoreError` if the database cannot be read.
    package func runs(_ filter: RunFilter = RunFilter()) async throws(StoreError) -> [RunRecord] {
        try await database.read { connection throws(StoreError) in
            try connection.rows("SELECT * FROM runs \(filter.clauses)", filter.values) { row throws(StoreError) in
                try RunRecord.readable(row)
            }.compactMap(\.self)
        }
    }

    /// The summaries of the runs that match the filter, newest first. It reads nothing else, so it is fast for many
    /// runs.
    /// - Throws: `StoreError` if the database cannot be read.
    package func summaries(_ filter: RunFilter = RunFilter()) async throws(StoreError) -> [RunSummary] {
        try await database.read { connection throws(StoreError) in
            try connection.rows("SELECT \(RunSummary.columns(connection)) FROM runs \(filter.clauses)", filter.values) {
                row throws(StoreError) in try RunSummary(row)
            }.compactMap(\.self)
        }
    }

    /// The names of all projects that have a run or a job, sorted.
    /// - Throws: `StoreError` if the database cannot be read.
    public func projects() async throws(StoreError) -> [String] {
        try await database.read { connection throws(StoreError) in
            try connection.rows(
                """
                -- One step in the index for each project, not one for each run.
                WITH RECURSIVE known (project) AS (
                    SELECT min(project) FROM runs
                    UNION ALL
                    SELECT (SELECT min(project) FROM runs WHERE project > known.project) FROM known
                        WHERE project IS NOT NULL
                )
                SELECT project FROM known WHERE project IS NOT NULL
                UNION SELECT coalesce(project, ?) FROM job_versions ORDER BY 1
                """, [.text(LaunchSpec.defaultProject)]
            ) { row throws(StoreError) in try row.text("project") }
        }
    }

    /// The number of runs in each state, in one queue or in all.
    /// - Throws: `StoreError` if the database cannot be read.
    public func counts(queue: String? = nil) async throws(StoreError) -> StateCounts {
        try await database.read { connection throws(StoreError) in try Self.counts(connection, queue: queue) }
    }

    static func counts(_ connection: any Connection, queue: String?) throws(StoreError) -> StateCounts {
        let sql =
            queue == nil
            ? "SELECT state, sum(runs) AS n FROM run_counts GROUP BY state HAVING sum(runs) > 0"
            : "SELECT state, sum(runs) AS n FROM run_counts WHERE queue = ? GROUP BY state HAVING sum(runs) > 0"
        let found = try connection.rows(sql, queue.map { [.text($0)] } ?? []) {
            row throws(StoreError) -> (RunState, Int) in
            var values = StoredValues(row)
            return (values.state(), Int(clamping: try row.integer("n")))
        }
        return StateCounts(Dictionary(found) { $0.saturatingAdding($1) })
    }

    static func run(_ id: RunID, _ connection: any Connection) throws(StoreError) -> RunRecord? {
        try connection.first("SELECT * FROM runs WHERE id = ?\(connection.lockOfRow)", [.text(id.rawValue)]) {
            row throws(StoreError) in
            try RunRecord(row)
        }
    }

    static func knownRun(_ id: RunID, _ connection: any Connection) throws(StoreError) -> RunRecord {
        guard let run = try run(id, connection) else { throw unknownRun(id.rawValue, connection) }
        return run
    }

    private static func unknownRun(
        _ text: String, _ connection: any Connection, hint: String = "'launch list' shows the runs."
    ) -> StoreError {
        StoreError(.unknown, "The run '\(text)' does not exist in '\(connection.path)'.", hint: hint)
    }
}
