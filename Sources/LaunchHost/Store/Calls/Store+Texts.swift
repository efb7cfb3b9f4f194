/// What a run prints, in a store that several machines share. The store must be on PostgreSQL.
package enum RunText: String, Sendable, CaseIterable {
    /// The log of the job, in the lines of a log archive.
    case log
    /// The log of the image's build.
    case build
    /// The record of a rehearsal, as JSON.
    case rehearsal

    /// The maximum size of one text in bytes, so that a job with endless output cannot fill the database.
    package static let limit = 16 << 20
    /// The maximum size of a part in bytes. A longer line is a part of its own.
    package static let part = 256 << 10
}

/// A part of a text.
package struct TextPart: Sendable, Hashable {
    /// The number, from 0. Numbers grow, also when a new attempt replaces the text.
    package var number: Int64
    package var data: String
}

/// Where a text ends for now.
package struct TextEnd: Sendable, Hashable {
    /// The number of the last part.
    package var number: Int64
    /// The job of the backend, or the attempt, that printed it.
    package var source: String
    /// Where the printer's output continues: a cursor of the backend's log, or a number of bytes; nil if nothing is added
    /// to the text.
    package var cursor: String?
    /// The size of the text in bytes.
    package var bytes: Int

    package init(number: Int64, source: String, cursor: String? = nil, bytes: Int = 0) {
        (self.number, self.source, self.cursor, self.bytes) = (number, source, cursor, bytes)
    }
}

extension Store {
    /// Where a text of a run ends; nil if there is none.
    /// - Throws: `StoreError` if the database cannot be read.
    package func end(of text: RunText, of run: RunID) async throws(StoreError) -> TextEnd? {
        try await shared().read { connection throws(StoreError) in
            try connection.first(
                """
                SELECT part, source, cursor, (SELECT sum(octet_length(data)) FROM run_texts
                    WHERE run_id = ?1 AND kind = ?2) AS bytes
                FROM run_texts WHERE run_id = ?1 AND kind = ?2 ORDER BY part DESC LIMIT 1
                """, [.text(run.rawValue), .text(text.rawValue)]
            ) { row throws(StoreError) in
                TextEnd(
                    number: try row.integer("part"), source: try row.text("source"), cursor: row.optionalText("cursor"),
                    bytes: Int(clamping: row.optionalInteger("bytes") ?? 0))
            }
        }
    }

    /// Adds a part to a text of a run. Listeners are not notified.
    /// - Parameters:
    ///   - end: where the text ends with the part. Its size is not used.
    ///   - replaces: whether the part replaces the whole text.
    ///   - isNotice: whether the part is the last line, which says where the rest is. There is always room for it.
    ///   - token: the fencing token of the claim.
    /// - Throws: `.stale` if the run has a new owner, or another call has added a part of this number; `.refused` if the
    ///   store has no room for more texts of the submitter.
    package func add(
        _ data: String, to text: RunText, of run: RunID, upTo end: TextEnd, replaces: Bool = false,
        isNotice: Bool = false, token: Int64
    ) async throws(StoreError) {
        // The database's texts have no character with the number 0.
        let data = data.replacing("\0", with: "\u{2400}")
        let key: [SQLValue] = [.text(run.rawValue), .text(text.rawValue)]
        try await shared().write(isNotified: false) { connection throws(StoreError) in
            if replaces {
                _ = try connection.run(
                    """
                    DELETE FROM run_texts WHERE run_id = ?1 AND kind = ?2
                        AND EXISTS (SELECT 1 FROM runs WHERE id = ?1 AND claim_token = ?3)
                    """, key + [.integer(token)])
            }
            if !isNotice { try connection.checkRoom(for: data.utf8.count, of: run) }
            let added = try connection.run(
                """
                INSERT INTO run_texts (run_id, kind, part, source, cursor, data)
                SELECT ?1, ?2, CAST(?3 AS bigint), ?4, ?5, ?6 FROM runs WHERE id = ?1 AND claim_token = ?7
                ON CONFLICT DO NOTHING
                """,
                key + [
                    .integer(end.number), .text(end.source), .text(end.cursor), .text(data), .integer(token),
                ])
            guard added == 1 else {
                throw StoreError(.stale, "The run \(run) has a new owner, which copies what it prints.")
            }
        }
    }

    /// The parts of a text from a number on, in order, at most 16. Empty at its end, and for a user who may not
    /// read the run.
    /// - Throws: `StoreError` if the database cannot be read.
    package func parts(
        of text: RunText, of run: RunID, from number: Int64 = 0
    ) async throws(StoreError) -> [TextPart] {
        try await shared().read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT part, data FROM run_texts WHERE run_id = ? AND kind = ? AND part >= ? AND data IS NOT NULL
                ORDER BY part LIMIT 16
                """, [.text(run.rawValue), .text(text.rawValue), .integer(number)]
            ) { row throws(StoreError) in
                TextPart(number: try row.integer("part"), data: try row.text("data"))
            }
        }
    }

    /// A text of a run; nil if there is none.
    /// - Throws: `StoreError` if the database cannot be read.
    package func whole(_ text: RunText, of run: RunID) async throws(StoreError) -> String? {
        var whole: String?
        var next: Int64 = 0
        while true {
            let parts = try await parts(of: text, of: run, from: next)
            guard let last = parts.last else { return whole }
            whole = (whole ?? "") + parts.map(\.data).joined()
            next = last.number + 1
        }
    }
}
