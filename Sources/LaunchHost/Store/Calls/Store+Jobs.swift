extension Store {
    /// Adds a version to a job; creates the job if it does not exist. `latest` and each of `aliases` move to the new
    /// version.
    /// - Parameters:
    ///   - project: the project of the version's runs; nil means that of the newest version, or `default`.
    ///   - number: the number of the version, if it is higher than those of all earlier versions; otherwise the next
    ///     number is used.
    /// - Throws: `.invalid` for an invalid name, alias or project.
    @discardableResult
    public func createJob(
        _ name: String, source: Source, aliases: [String] = [], project: String? = nil, number: Int = 1
    ) async throws(StoreError) -> JobRecord {
        try Names.check(name, of: "job")
        if let project { try Names.check(project: project) }
        for alias in aliases { try Names.check(alias: alias) }
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            let change = CheckedChange.addVersion(
                job: name, source: try .json(source), aliases: try .json(aliases), project: project,
                number: max(1, number))
            if try connection.checked(change) != nil { return try Self.job(JobReference(parsing: name), connection) }
            let version = try connection.first(
                """
                INSERT INTO jobs (name, last_version) VALUES (?1, ?2)
                ON CONFLICT (name) DO UPDATE SET last_version =
                    CASE WHEN jobs.last_version < ?2 THEN ?2 ELSE jobs.last_version + 1 END RETURNING last_version
                """, [.text(name), .integer(Int64(max(1, number)))]
            ) { row throws(StoreError) in try row.integer("last_version") }
            try connection.run(
                """
                INSERT INTO job_versions (name, version, source, created_at, project) VALUES (?1, ?2, ?3, ?4, coalesce(?5,
                    (SELECT project FROM job_versions WHERE name = ?1 ORDER BY version DESC LIMIT 1)))
                """, [.text(name), .integer(version), try .json(source), .time(now), .text(project)])
            for alias in [JobReference.latest] + aliases {
                try Self.point(alias, of: name, at: version ?? 1, connection)
            }
            return try Self.job(JobReference(parsing: name), connection)
        }
    }

    /// The version that a reference names.
    /// - Throws: `.unknown` with the existing names, or the existing versions and aliases; `.corrupt` if it cannot be
    ///   read.
    public func job(_ reference: JobReference) async throws(StoreError) -> JobRecord {
        let job = try await database.read { connection throws(StoreError) in try Self.job(reference, connection) }
        guard let damage = job.damage else { return job }
        throw StoreError(
            .corrupt, "The job '\(job.name):v\(job.version)' in the database cannot be read. \(damage)",
            hint: "Delete this version: launch job delete \(job.name):v\(job.version)")
    }

    /// All versions of all jobs, or of the job with this name, or in this project; by name, newest first. A version
    /// that cannot be read has `damage`.
    /// - Throws: `.unknown` if a name is given and no job has it.
    public func jobs(named name: String? = nil, project: String? = nil) async throws(StoreError) -> [JobRecord] {
        try await database.read { connection throws(StoreError) in
            if let name, try Self.newest(name, connection) == nil { throw try Self.unknownJob(name, connection) }
            let found = try connection.rows(
                """
                SELECT name, version FROM job_versions WHERE (CAST(?1 AS TEXT) IS NULL OR name = ?1)
                    AND (CAST(?2 AS TEXT) IS NULL OR coalesce(project, ?3) = ?2) ORDER BY name, version DESC
                """, [.text(name), .text(project), .text(LaunchSpec.defaultProject)]
            ) { row throws(StoreError) in (try row.text("name"), try row.integer("version")) }
            var jobs: [JobRecord] = []
            for (name, version) in found { jobs += try Self.jobs(name, version, connection) }
            return jobs
        }
    }

    /// Removes a job, or one version of it if the reference names one. `latest` moves to the newest remaining version.
    /// - Returns: the number of versions that were removed.
    /// - Throws: `.unknown`.
    @discardableResult
    public func deleteJob(_ reference: JobReference) async throws(StoreError) -> Int {
        try await write { connection throws(StoreError) in
            let job = try Self.job(reference, connection)
            let change = CheckedChange.deleteJob(job.name, version: reference.version == nil ? nil : job.version)
            if let count = try connection.checked(change) { return Int(count) ?? 0 }
            guard reference.version != nil else {
                let count = try connection.first(
                    "SELECT count(*) AS n FROM job_versions WHERE name = ?", [.text(job.name)]
                ) { row throws(StoreError) in Int(try row.integer("n")) }
                try connection.run("DELETE FROM jobs WHERE name = ?", [.text(job.name)])
                return count ?? 0
            }
            try connection.run(
                "DELETE FROM job_versions WHERE name = ? AND version = ?", [.text(job.name), .integer(job.version)])
            if let newest = try Self.newest(job.name, connection) {
                try Self.point(JobReference.latest, of: job.name, at: newest, connection)
            } else {
                try connection.run("DELETE FROM jobs WHERE name = ?", [.text(job.name)])
            }
            return 1
        }
    }

    private static func job(_ reference: JobReference, _ connection: any Connection) throws(StoreError) -> JobRecord {
        let name = reference.name
        let version: Int64?
        switch reference.version {
        case .number(let number): version = Int64(number)
        case .alias(let alias):
            version = try connection.first(
                "SELECT version FROM job_aliases WHERE name = ? AND alias = ?", [.text(name), .text(alias)]
            ) { row throws(StoreError) in try row.integer("version") }
        case nil: version = try newest(name, connection)
        }
        if let version, let job = try jobs(name, version, connection).first { return job }
        guard try newest(name, connection) != nil else { throw try unknownJob(name, connection) }
        let asked = String(reference.description.dropFirst(name.count + 1))
        let known = try connection.rows(
            """
            SELECT alias FROM job_aliases WHERE name = ?1
            UNION ALL SELECT 'v' || version FROM job_versions WHERE name = ?1 ORDER BY 1
            """, [.text(name)]
        ) { row throws(StoreError) in try row.text("alias") }
        throw StoreError(
            .unknown, "The job '\(name)' has no version '\(asked)'.",
            hint: "'launch job list \(name)' shows the existing ones.", candidates: known, unknown: asked)
    }

    private static func jobs(
        _ name: String, _ version: Int64, _ connection: any Connection
    ) throws(StoreError) -> [JobRecord] {
        let key: [SQLValue] = [.text(name), .integer(version)]
        let aliases = try connection.rows(
            "SELECT alias FROM job_aliases WHERE name = ? AND version = ? ORDER BY alias", key
        ) { row throws(StoreError) in try row.text("alias") }
        return try connection.rows("SELECT * FROM job_versions WHERE name = ? AND version = ?", key) {
            row throws(StoreError) in try JobRecord(row, aliases: aliases)
        }
    }

    private static func newest(_ name: String, _ connection: any Connection) throws(StoreError) -> Int64? {
        try connection.first("SELECT max(version) AS newest FROM job_versions WHERE name = ?", [.text(name)]) {
            row throws(StoreError) in row.optionalInteger("newest")
        } ?? nil
    }

    private static func point(
        _ alias: String, of name: String, at version: Int64, _ connection: any Connection
    ) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO job_aliases (name, alias, version) VALUES (?, ?, ?)
            ON CONFLICT (name, alias) DO UPDATE SET version = excluded.version
            """,
            [.text(name), .text(alias), .integer(version)])
    }

    private static func unknownJob(_ name: String, _ connection: any Connection) throws(StoreError) -> StoreError {
        let names = try connection.rows("SELECT name FROM jobs ORDER BY name") { row throws(StoreError) in
            try row.text("name")
        }
        return StoreError(
            .unknown, "The job '\(name)' does not exist in '\(connection.path)'.",
            hint: names.isEmpty ? "Make it with 'launch job create'." : "'launch job list' shows the jobs.",
            candidates: names, unknown: name)
    }
}
