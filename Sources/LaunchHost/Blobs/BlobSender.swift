/// Sends a blob to a store: only the pieces that are missing there, so that sending again continues after an interruption.
package struct BlobSender: Sendable {
    /// How much of a blob is in the store.
    package struct Progress: Sendable, Hashable {
        /// The bytes that are in the store.
        package var done: Int64
        /// The bytes of the blob.
        package var total: Int64
    }

    /// The bytes of the pieces of one call.
    static let batch = 2 << 20
    /// The number of pieces of one question, so that a question stays small.
    static let question = 2000

    private let store: any BlobStore

    package init(to store: any BlobStore) {
        self.store = store
    }

    /// Sends the missing pieces.
    /// - Parameters:
    ///   - pieces: the pieces of the blob, in order.
    ///   - read: returns the bytes of the piece at a position.
    /// - Returns: the number of bytes that were sent.
    /// - Throws: what the store and `read` throw; `.unavailable` if the bytes have changed since they were named.
    @discardableResult
    package func send(
        _ pieces: [Piece], read: (Int) async throws(LaunchError) -> [UInt8],
        progress: (Progress) -> Void = { _ in }
    ) async throws(LaunchError) -> Int64 {
        let total = pieces.reduce(Int64(0)) { $0 + Int64($1.size) }
        var missing: Set<Piece> = []
        for start in stride(from: 0, to: pieces.count, by: Self.question) {
            let some = Array(pieces[start..<min(start + Self.question, pieces.count)])
            missing.formUnion(try await store.missing(some, of: total))
        }
        var done = total - pieces.filter(missing.contains).reduce(Int64(0)) { $0 + Int64($1.size) }
        var sent: Int64 = 0
        var batch: [[UInt8]] = []
        func flush() async throws(LaunchError) {
            guard !batch.isEmpty else { return }
            try await store.add(batch)
            let bytes = batch.reduce(Int64(0)) { $0 + Int64($1.count) }
            (done, sent, batch) = (done + bytes, sent + bytes, [])
            progress(Progress(done: min(done, total), total: total))
        }
        progress(Progress(done: done, total: total))
        for (index, piece) in pieces.enumerated() where missing.remove(piece) != nil {
            let bytes = try await read(index)
            guard Piece(of: bytes) == piece else {
                throw LaunchError(
                    .unavailable, "the files of the source changed while they were sent.",
                    hint: "Submit the source again.")
            }
            if batch.reduce(bytes.count, { $0 + $1.count }) > Self.batch { try await flush() }
            batch.append(bytes)
        }
        try await flush()
        return sent
    }
}
