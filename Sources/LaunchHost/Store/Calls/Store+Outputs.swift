internal import FoundationEssentials

/// A file that a run on an agent's own machine has left, in a store that several machines share.
package struct SharedOutput: Sendable, Hashable {
    /// Its number among the files of the run, from 0.
    package var number: Int64
    /// The path in the run's folder, such as `model/weights.bin`.
    package var file: String
    /// The size in bytes.
    package var size: Int64
    /// The machine of the agent.
    package var host: String
    /// The path on that machine.
    package var path: String
    /// Whether all bytes are in the store.
    package var isCopied: Bool

    package init(number: Int64, file: String, size: Int64, host: String, path: String, isCopied: Bool = false) {
        (self.number, self.file, self.size) = (number, file, size)
        (self.host, self.path, self.isCopied) = (host, path, isCopied)
    }

    /// The maximum size of a part in bytes.
    package static let part = 512 << 10
}

/// Outputs of runs in a store that several machines share. The store must be on PostgreSQL.
extension Store {
    /// How many bytes of outputs the store takes of one run.
    /// - Throws: `StoreError` if the database cannot be read.
    package func outputLimit() async throws(StoreError) -> Int64 {
        try await shared().read { connection throws(StoreError) in
            try connection.first("SELECT launch.byte_limit('output_bytes', \(16 << 20)) AS most") {
                row throws(StoreError) in try row.integer("most")
            } ?? 0
        }
    }

    /// Names the outputs of a run, without their bytes, in place of those that an earlier call has named.
    /// - Parameter token: the fencing token of the claim.
    /// - Throws: `.stale` if the run has a new owner.
    package func nameOutputs(
        _ files: [SharedOutput], of run: RunID, token: Int64
    ) async throws(StoreError) {
        try await shared().write(isNotified: false) { connection throws(StoreError) in
            try connection.checkToken(token, of: run)
            try connection.run("DELETE FROM run_outputs WHERE run_id = ?", [.text(run.rawValue)])
            for file in files {
                try connection.run(
                    """
                    INSERT INTO run_outputs (run_id, number, file, size, host, path)
                    VALUES (?, CAST(? AS bigint), ?, CAST(? AS bigint), ?, ?)
                    """,
                    [
                        .text(run.rawValue), .integer(file.number), .text(file.file), .integer(file.size),
                        .text(file.host), .text(file.path),
                    ])
            }
        }
    }

    /// Adds a part of a file. With the last one, the file is complete.
    /// - Throws: `.refused` if the store has no room for it, `.stale` if the run has a new owner.
    package func addOutput(
        _ bytes: [UInt8], part: Int64, isLast: Bool, to file: SharedOutput, of run: RunID, token: Int64
    ) async throws(StoreError) {
        let text = Data(bytes).base64EncodedString()
        try await shared().write(isNotified: false) { connection throws(StoreError) in
            try connection.checkToken(token, of: run)
            try connection.checkRoom(for: bytes.count, of: run)
            if !bytes.isEmpty {
                try connection.run(
                    """
                    INSERT INTO run_output_parts (run_id, number, part, data)
                    VALUES (?, CAST(? AS bigint), CAST(? AS bigint), decode(?, 'base64')) ON CONFLICT DO NOTHING
                    """, [.text(run.rawValue), .integer(file.number), .integer(part), .text(text)])
            }
            guard isLast else { return }
            try connection.run(
                "UPDATE run_outputs SET is_copied = 1 WHERE run_id = ? AND number = CAST(? AS bigint)",
                [.text(run.rawValue), .integer(file.number)])
        }
    }

    /// The outputs of a run. Empty also for a user who may not read the run.
    /// - Throws: `StoreError` if the database cannot be read.
    package func outputs(of run: RunID) async throws(StoreError) -> [SharedOutput] {
        try await shared().read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT number, file, size, host, path, is_copied FROM run_outputs
                WHERE run_id = ? AND file IS NOT NULL ORDER BY number
                """, [.text(run.rawValue)]
            ) { row throws(StoreError) in
                SharedOutput(
                    number: try row.integer("number"), file: try row.text("file"), size: try row.integer("size"),
                    host: try row.text("host"), path: try row.text("path"), isCopied: try row.flag("is_copied"))
            }
        }
    }

    /// A part of a file of a run, from 0; nil after the last one.
    /// - Throws: `StoreError` if the database cannot be read.
    package func output(_ file: SharedOutput, part: Int64, of run: RunID) async throws(StoreError) -> [UInt8]? {
        let text = try await shared().read { connection throws(StoreError) in
            try connection.first(
                """
                SELECT translate(encode(data, 'base64'), chr(10), '') AS data FROM run_output_parts
                WHERE run_id = ? AND number = CAST(? AS bigint) AND part = CAST(? AS bigint) AND data IS NOT NULL
                """, [.text(run.rawValue), .integer(file.number), .integer(part)]
            ) { row throws(StoreError) in try row.text("data") }
        }
        guard let text else { return nil }
        guard let bytes = Data(base64Encoded: text), bytes.count <= SharedOutput.part else {
            throw StoreError(.corrupt, "An output of the run \(run) in the store cannot be read.")
        }
        return [UInt8](bytes)
    }
}

extension Connection {
    /// Checks that a run has no new owner.
    func checkToken(_ token: Int64, of run: RunID) throws(StoreError) {
        let found = try first(
            "SELECT 1 AS one FROM runs WHERE id = ? AND claim_token = CAST(? AS bigint)",
            [.text(run.rawValue), .integer(token)]
        ) { _ throws(StoreError) in true }
        guard found == true else {
            throw StoreError(.stale, "The run \(run) has a new owner, which copies what it leaves.")
        }
    }

    /// Checks that the limits for logs and outputs of a submitter permit the given number of bytes more.
    /// - Throws: `.refused` with the limits.
    func checkRoom(for bytes: Int, of run: RunID) throws(StoreError) {
        let found = try first(
            "SELECT room, author, author_limit, total_limit FROM launch.text_room(?)", [.text(run.rawValue)]
        ) { row throws(StoreError) in
            (
                room: try row.integer("room"), author: row.optionalText("author") ?? "",
                limits: (try row.integer("author_limit"), try row.integer("total_limit"))
            )
        }
        guard let found, found.room < Int64(bytes) else { return }
        throw StoreError(
            .refused,
            "The store keeps \(found.limits.0 / 1_000_000) MB of the logs and outputs of one user ('\(found.author)'), and "
                + "\(found.limits.1 / 1_000_000) MB of all.",
            hint: "Remove old runs with 'launch prune', or let an owner of the store raise the limit.")
    }
}
