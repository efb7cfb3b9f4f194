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
