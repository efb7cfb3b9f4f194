package import LaunchBlobs

/// A source that a submitter has added to a shared store.
package struct SharedSource: Sendable, Hashable {
    /// The digest of its content, which is the name of the snapshot.
    package var name: String
    /// The submitter.
    package var author: String
    /// Where its pieces are, such as `s3://bucket/prefix`; nil means in the database.
    package var place: String?
    /// The list of its pieces, as the submitter wrote it.
    package var list: String
}

/// An object that an agent must delete.
package struct RetiredObject: Sendable, Hashable {
    package var id: Int64
    /// The submitter.
    package var author: String
    /// The last part of its address.
    package var name: String
}

/// Sources of a shared store that nothing names and nothing has used for a time.
package struct UnusedSources: Sendable, Hashable, Codable {
    /// The number of sources.
    package var sources = 0
    /// The number of pieces in the database that no other source has.
    package var pieces = 0
    /// The number of objects in an object store that no other source has.
    package var objects = 0
    /// The bytes of the pieces in the database.
    package var bytes: Int64 = 0
}

/// The sources of a store that several machines share. The store must be on PostgreSQL.
extension Store {
    /// Whether other machines use the store, so that a source must be sent to it.
    package var isShared: Bool { bulk != nil }

    /// The user that the server has authenticated.
    /// - Throws: `StoreError` if the database cannot be read.
    package func user() async throws(StoreError) -> String {
        let author = author
        return try await shared().read { connection throws(StoreError) in try connection.user ?? author }
    }

    /// Whether the user has added the source. It is not removed for at least a day.
    /// - Throws: `StoreError` if the database cannot be written to.
    package func useSource(_ name: String) async throws(StoreError) -> Bool {
        try await shared().write { connection throws(StoreError) in
            try connection.first(
                "SELECT CASE WHEN launch.use_source(?) THEN 1 ELSE 0 END AS found", [.text(name)]
            ) { row throws(StoreError) in try row.flag("found") } ?? false
        }
    }

    /// Makes a source of pieces that the user has added.
    /// - Throws: `.invalid` if pieces are missing, `.refused` over a limit.
    package func addSource(_ name: String, list: String, place: String?) async throws(StoreError) {
        try await shared().write { connection throws(StoreError) in
            _ = try connection.rows("SELECT launch.add_source(?, ?, ?)", [.text(name), .text(list), .text(place)]) {
                _ throws(StoreError) in
            }
        }
    }

    /// The sources of this name, the first submitter's first: at most eight. Each submitter may have added other bytes
    /// under the name, so the content must be checked.
    /// - Throws: `.denied` for a user who is not an agent; `StoreError` if the database cannot be read.
    package func sources(named name: String) async throws(StoreError) -> [SharedSource] {
        try await shared().read { connection throws(StoreError) in
            try connection.rows(
                "SELECT author, place, pieces FROM launch.sources WHERE name = ? ORDER BY added_at, author LIMIT 8",
                [.text(name)]
            ) { row throws(StoreError) in
                SharedSource(
                    name: name, author: try row.text("author"), place: row.optionalText("place"),
                    list: try row.text("pieces"))
            }
        }
    }

    /// Removes sources and pieces that nothing has used for a day by the store's clock. For agents.
    /// - Returns: the number of removed bytes.
    /// - Throws: `.denied` for other users; `StoreError` if the database cannot be written to.
    package func removeUnusedSources(after milliseconds: Int64 = 86_400_000) async throws(StoreError) -> Int64 {
        try await shared().write { connection throws(StoreError) in
            try connection.first(
                "SELECT launch.remove_unused_sources(?) AS bytes", [.integer(milliseconds)]
            ) { row throws(StoreError) in try row.integer("bytes") } ?? 0
        }
    }

    /// What nothing names and nothing has used for a day by the store's clock. For agents.
    /// - Throws: `.denied` for other users; `StoreError` if the database cannot be read.
    package func unusedSources(after milliseconds: Int64 = 86_400_000) async throws(StoreError) -> UnusedSources {
        try await shared().read { connection throws(StoreError) in
            try connection.first(
                "SELECT sources, pieces, objects, bytes FROM launch.unused_sources(?)", [.integer(milliseconds)]
            ) { row throws(StoreError) in
                UnusedSources(
                    sources: Int(clamping: try row.integer("sources")),
                    pieces: Int(clamping: try row.integer("pieces")),
                    objects: Int(clamping: try row.integer("objects")), bytes: try row.integer("bytes"))
            } ?? UnusedSources()
        }
    }

    // MARK: objects

    /// The names of the user's objects for these pieces, by digest. They are in use from now on, for at least a day.
    /// - Throws: `.refused` over the limit of one user; `StoreError` if the database cannot be written to.
    package func useObjects(_ pieces: [Piece], at place: String) async throws(StoreError) -> [String: String] {
        let digests = try SQLValue.json(Set(pieces.map(\.digest)).sorted())
        return try await shared().write { connection throws(StoreError) in
            let names = try connection.rows(
                "SELECT launch.use_objects(?, ?) AS name", [.text(place), digests]
            ) { row throws(StoreError) in try row.text("name") }
            return Dictionary(names.map { (String($0.prefix(64)), $0) }) { first, _ in first }
        }
    }

    /// The names of the objects of a source, by the digests of its pieces.
    /// - Throws: `.denied` for a user who is not an agent; `StoreError` if the database cannot be read.
    package func objects(of source: SharedSource) async throws(StoreError) -> [String: String] {
        try await shared().read { connection throws(StoreError) in
            let found = try connection.rows(
                """
                SELECT o.digest, o.name FROM launch.source_objects s JOIN launch.objects o ON o.id = s.object
                WHERE s.name = ? AND s.author = ?
                """, [.text(source.name), .text(source.author)]
            ) { row throws(StoreError) in (try row.text("digest"), try row.text("name")) }
            return Dictionary(found) { first, _ in first }
        }
    }

    /// Removes all sources of a submitter that have an object whose bytes are wrong or missing, so that the next submit
    /// sends it again, under another name. For agents.
    /// - Throws: `.denied` for other users; `StoreError` if the database cannot be written to.
    package func distrustObject(
        _ name: String, of author: String, at place: String
    ) async throws(StoreError) {
        try await shared().write { connection throws(StoreError) in
            _ = try connection.rows(
                "SELECT launch.distrust_object(?, ?, ?)", [.text(name), .text(author), .text(place)]
            ) { _ throws(StoreError) in }
        }
    }

    /// Decides which objects are deleted: those that no source has and nothing has used for this time in milliseconds by
    /// the store's clock, and those of earlier calls. Their names are never used again. For agents.
    /// - Throws: `.denied` for other users; `StoreError` if the database cannot be written to.
    package func retireObjects(
        at place: String, after milliseconds: Int64, limit: Int
    ) async throws(StoreError) -> [RetiredObject] {
        try await shared().write { connection throws(StoreError) in
            try connection.rows(
                "SELECT id, author, name FROM launch.retire_objects(?, ?, ?)",
                [.text(place), .integer(milliseconds), .integer(limit)]
            ) { row throws(StoreError) in
                RetiredObject(id: try row.integer("id"), author: try row.text("author"), name: try row.text("name"))
            }
        }
    }

    /// Removes the rows of objects that were deleted. For agents.
    /// - Throws: `StoreError` if the database cannot be written to.
    package func forgetObjects(_ ids: [Int64]) async throws(StoreError) {
        let ids = try SQLValue.json(ids)
        try await shared().write { connection throws(StoreError) in
            _ = try connection.run(
                """
                DELETE FROM launch.objects WHERE removed_at IS NOT NULL
                    AND id IN (SELECT value::bigint FROM jsonb_array_elements_text(CAST(? AS jsonb)) AS value)
                """, [ids])
        }
    }

    /// The pieces of a submitter in the database.
    package func blobs(of author: String) -> any BlobStore { DatabaseBlobs(store: self, author: author) }

    /// The connection for large values.
    func shared() throws(StoreError) -> Database {
        guard let bulk else {
            throw StoreError(.internalFault, "The store is on this machine alone, and has no sources of others.")
        }
        return bulk
    }
}
