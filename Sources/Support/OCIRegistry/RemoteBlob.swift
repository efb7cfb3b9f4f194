internal import LaunchCrypto
internal import LaunchHTTP
internal import Synchronization

/// A blob of a registry, read while it is received.
public struct RemoteBlob: BlobSource {
    public let digest: String
    public let size: Int64
    let client: RegistryClient
    let repository: String

    public func reader(from offset: Int64) async throws(OCIError) -> any BlobReader {
        let (stream, skipped) = try await client.blob(repository, digest, from: offset)
        return Reader(self, stream.body.makeAsyncIterator(), from: offset, skipping: skipped)
    }

    private final class Reader: BlobReader {
        private struct State: ~Copyable {
            var hash = SHA256()
            var position: Int64
            var skipped: Int64
        }

        private let blob: RemoteBlob
        private let stream: HTTPStream.Body.Iterator
        private let state: Mutex<State>
        private let isWhole: Bool

        init(_ blob: RemoteBlob, _ stream: HTTPStream.Body.Iterator, from offset: Int64, skipping skipped: Int64) {
            self.blob = blob
            self.stream = stream
            isWhole = offset == 0
            state = Mutex(State(position: offset, skipped: skipped))
        }

        func next() async throws(OCIError) -> [UInt8]? {
            while true {
                guard let chunk = try await received() else { return try end() }
                if let bytes = try take(chunk) { return bytes }
            }
        }

        private func received() async throws(OCIError) -> [UInt8]? {
            // A copy of the iterator reads on from the same place.
            var stream = stream
            do {
                return try await stream.next(isolation: nil)
            } catch {
                throw blob.client.failure(of: error, blob.repository)
            }
        }

        /// The bytes of a chunk after the skipped ones; nil if there are none.
        private func take(_ chunk: [UInt8]) throws(OCIError) -> [UInt8]? {
            let (bytes, isTooLong) = state.withLock { state -> ([UInt8], Bool) in
                let skipped = Int(min(state.skipped, Int64(chunk.count)))
                state.skipped -= Int64(skipped)
                let bytes = skipped == 0 ? chunk : Array(chunk.dropFirst(skipped))
                state.position += Int64(bytes.count)
                state.hash.update(bytes)
                return (bytes, state.position > blob.size)
            }
            guard !isTooLong else { throw blob.isWrong("more than its \(blob.size) bytes") }
            return bytes.isEmpty ? nil : bytes
        }

        private func end() throws(OCIError) -> [UInt8]? {
            let (position, hex) = state.withLock { state in
                let position = state.position
                var hash = SHA256()
                swap(&hash, &state.hash)
                return (position, Hex.encode(hash.finalize()))
            }
            guard position == blob.size else { throw blob.isWrong("\(position) of its \(blob.size) bytes") }
            // Of a part, the registry that receives it checks the digest of the whole blob.
            guard !isWhole || blob.digest == "sha256:\(hex)" else { throw blob.isWrong("other bytes, sha256:\(hex)") }
            return nil
        }
    }

    private func isWrong(_ what: String) -> OCIError {
        OCIError(.corrupt, "\(client.name(repository)) returned \(what) for \(digest).")
    }
}
