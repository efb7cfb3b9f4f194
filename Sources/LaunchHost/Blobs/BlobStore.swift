/// Keeps the pieces of one submitter's blobs. Pieces are added and never changed.
///
/// The store may be wrong or hostile. `verified` is the only way to bytes that are used.
package protocol BlobStore: Sendable {
    /// Those of the pieces that the store does not have. The others stay for at least a day.
    /// - Parameter total: the size of the whole blob in bytes.
    /// - Throws: `.invalid` if the store will not take so much, `.tryAgain` or `.unavailable` if it does not answer.
    func missing(_ pieces: [Piece], of total: Int64) async throws(LaunchError) -> [Piece]

    /// Adds pieces. A piece that is there already is not changed.
    /// - Throws: as `missing`.
    func add(_ pieces: [[UInt8]]) async throws(LaunchError)

    /// What the store has under the name of a piece, unchecked, at most the piece's size of it.
    /// - Throws: `.unavailable` if it has nothing, or does not answer; `.tryAgain`.
    func bytes(of piece: Piece) async throws(LaunchError) -> [UInt8]
}

extension BlobStore {
    /// The bytes of a piece, if they are those of its name.
    /// - Throws: `.invalid` if the store has other bytes.
    package func verified(_ piece: Piece) async throws(LaunchError) -> [UInt8] {
        guard piece.isValid else {
            throw LaunchError(
                .invalid, "\(Wording.quoted(String(piece.digest.prefix(64)))) is not the name of a piece.")
        }
        let bytes = try await bytes(of: piece)
        guard bytes.count == piece.size, Piece(of: bytes) == piece else {
            throw LaunchError(
                .invalid,
                "the store has other bytes under the name \(piece.digest.prefix(12)): their digest differs.",
                hint: "Submit the source again.")
        }
        return bytes
    }
}
