internal import FoundationEssentials
internal import LaunchBlobs

/// Keeps pieces in the database, by functions that check the rights and the limits of the submitter.
struct DatabaseBlobs: BlobStore {
    let store: Store
    /// Whose pieces are read. Pieces are added for the user of the connection.
    let author: String

    func missing(_ pieces: [Piece], of total: Int64) async throws(LaunchError) -> [Piece] {
        let missing = try await Self.call { () async throws(StoreError) in
            let digests = try SQLValue.json(pieces.map(\.digest))
            return try await store.shared().write { connection throws(StoreError) in
                try connection.rows(
                    "SELECT launch.missing_pieces(?, ?) AS digest", [digests, .integer(total)]
                ) { row throws(StoreError) in try row.text("digest") }
            }
        }
        let names = Set(missing)
        return pieces.filter { names.contains($0.digest) }
    }

    func add(_ pieces: [[UInt8]]) async throws(LaunchError) {
        try await Self.call { () async throws(StoreError) in
            let texts = try SQLValue.json(pieces.map { Data($0).base64EncodedString() })
            try await store.shared().write { connection throws(StoreError) in
                _ = try connection.rows("SELECT launch.add_pieces(?)", [texts]) { _ throws(StoreError) in }
            }
        }
    }

    func bytes(of piece: Piece) async throws(LaunchError) -> [UInt8] {
        let author = author
        let text = try await Self.call { () async throws(StoreError) in
            try await store.shared().read { connection throws(StoreError) in
                // The server divides base64 into lines. A piece that is too large is not transferred.
                try connection.first(
                    """
                    SELECT translate(encode(data, 'base64'), chr(10), '') AS data FROM launch.pieces
                    WHERE author = ? AND digest = ? AND octet_length(data) <= ?
                    """, [.text(author), .text(piece.digest), .integer(Piece.largest)]
                ) { row throws(StoreError) in try row.text("data") }
            }
        }
        guard let text, let bytes = Data(base64Encoded: text) else {
            throw LaunchError(
                .unavailable, "the store no longer has the piece \(piece.digest.prefix(12)) of a source.",
                hint: "Submit the source again.")
        }
        return [UInt8](bytes)
    }

    /// A store that is away for some time does not make the content unusable.
    private static func call<T>(_ body: () async throws(StoreError) -> T) async throws(LaunchError) -> T {
        do throws(StoreError) {
            return try await body()
        } catch {
            throw LaunchError(error)
        }
    }
}
