internal import FoundationEssentials
internal import Synchronization

/// Keeps pieces as objects of the environment's object store: `PREFIX/AUTHOR/DIGEST-NUMBER`.
///
/// The names come from the database of the store, which knows their use. Since the name of a removed object is never used
/// again, an object that is there under a name of the database stays as long as it is in use.
package final class ObjectBlobs: BlobStore {
    /// The last parts of the objects' addresses, by the digests of the pieces.
    package typealias Names = @Sendable ([Piece]) async throws(LaunchError) -> [String: String]

    private let objects: any ObjectStore
    private let prefix: String
    private let scratch: String
    private let names: Names
    private let known = Mutex<[String: String]>([:])
    /// The number of objects that are asked for, or sent, at the same time.
    private static let parallelism = 8

    /// - Parameters:
    ///   - place: `s3://bucket/prefix`, without a slash at its end.
    ///   - author: the submitter, whose objects have a folder of their own, so that a policy can permit only that.
    ///   - scratch: an existing folder for files of up to a piece's size.
    ///   - names: returns the names of the author's objects, and marks them as used.
    package init(
        _ objects: any ObjectStore, place: String, author: String, scratch: String, names: @escaping Names
    ) {
        (self.objects, self.scratch, self.names) = (objects, scratch, names)
        prefix = "\(place)/\(Self.folder(of: author))"
    }

    /// The address of an object.
    package static func uri(_ place: String, author: String, name: String) -> String {
        "\(place)/\(folder(of: author))/\(name)"
    }

    /// The name of an author as a part of a key: other characters than letters, digits, `.`, `_` and `-` are encoded.
    static func folder(of author: String) -> String {
        let plain = author.utf8.map { byte in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            let isMark = [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte)
            return isPlain || isMark ? String(UnicodeScalar(byte)) : "%\(String(byte, radix: 16, uppercase: true))"
        }.joined()
        // Such a part of a path has another meaning to programs that show buckets as folders.
        return plain.allSatisfy { $0 == "." } ? "%" + plain : plain
    }

    package func missing(_ pieces: [Piece], of total: Int64) async throws(LaunchError) -> [Piece] {
        let objects = objects
        let uris = try await uris(of: pieces)
        return try await ObjectCalls.each(Array(Set(pieces)), parallelism: Self.parallelism) {
            piece async throws(BackendError) -> Piece? in
            guard let uri = uris[piece] else { return piece }
            let found = try await Self.naming(uri) { () async throws(BackendError) in try await objects.object(uri) }
            return found?.size == Int64(piece.size) ? nil : piece
        }.compactMap(\.self)
    }

    package func add(_ pieces: [[UInt8]]) async throws(LaunchError) {
        let named = pieces.map { (piece: Piece(of: $0), bytes: $0) }
        let uris = try await uris(of: named.map(\.piece))
        _ = try await ObjectCalls.each(named, parallelism: Self.parallelism) {
            [objects, scratch] item async throws(BackendError) in
            guard let uri = uris[item.piece] else { return }
            let path = "\(scratch)/\(UUID().uuidString)"
            defer { try? FileSystem.remove(path) }
            try ObjectCalls.local { () throws(FileSystem.Failure) in
                let file = try FileSystem.File(creating: path)
                try file.write(item.bytes[...])
            }
            try await Self.naming(uri) { () async throws(BackendError) in
                try await objects.upload(path, to: uri, progress: nil)
            }
        }
    }

    /// An object store's message may lack the address.
    private static func naming<T>(
        _ uri: String, _ call: () async throws(BackendError) -> T
    ) async throws(BackendError) -> T {
        do {
            return try await call()
        } catch {
            throw named(error, uri)
        }
    }

    private static func named(_ error: BackendError, _ uri: String) -> BackendError {
        var error = error
        error.message = "\(uri): \(error.message)"
        return error
    }

    package func bytes(of piece: Piece) async throws(LaunchError) -> [UInt8] {
        guard let uri = try await uris(of: [piece])[piece] else {
            throw LaunchError(
                .invalid, "the store does not know the object of the piece \(piece.digest.prefix(12)).",
                hint: "Submit the source again.")
        }
        do throws(BackendError) {
            // The size is known before the download, so that a wrong object cannot fill the disk.
            guard let found = try await objects.object(uri) else { throw try await missing(uri) }
            guard found.size == Int64(piece.size) else {
                throw BackendError(
                    .conflict, "\(uri) has \(found.size) bytes; the piece has \(piece.size).",
                    hint: "Submit the source again.")
            }
            let path = "\(scratch)/\(UUID().uuidString)"
            defer { try? FileSystem.remove(path) }
            try await objects.download(uri, to: path, progress: nil)
            return try ObjectCalls.local { () throws(FileSystem.Failure) in
                try FileSystem.File(reading: path).bytes(limit: Piece.largest)
            }
        } catch {
            // `.invalid` means that the object is wrong. What the object store calls so is a wrong address.
            switch error.category {
            case .conflict: throw LaunchError(.invalid, error.message, hint: error.hint)
            case .invalid: throw LaunchError(.configuration, error.message, hint: error.hint)
            default: throw LaunchError(Self.named(error, uri))
            }
        }
    }

    /// Why an object is not found. An object store answers in the same way if the bucket is missing, which is the error of
    /// a configuration and not of the source.
    private func missing(_ uri: String) async throws(BackendError) -> BackendError {
        try await objects.list(uri) { _ in }
        return BackendError(.conflict, "\(uri) does not exist any longer.", hint: "Submit the source again.")
    }

    /// The addresses of the pieces. The names are asked for once.
    private func uris(of pieces: [Piece]) async throws(LaunchError) -> [Piece: String] {
        let unknown = known.withLock { known in pieces.filter { known[$0.digest] == nil } }
        if !unknown.isEmpty {
            let found = try await names(unknown).filter { Self.isName($1, of: $0) }
            known.withLock { $0.merge(found) { $1 } }
        }
        return known.withLock { known in
            var uris: [Piece: String] = [:]
            for piece in pieces { uris[piece] = known[piece.digest].map { "\(prefix)/\($0)" } }
            return uris
        }
    }

    /// A name from the database becomes part of an address only in this form: the digest, and a number or nothing.
    static func isName(_ name: String, of digest: String) -> Bool {
        guard Piece(digest: digest, size: 1).isValid, name.hasPrefix(digest) else { return false }
        let rest = name.dropFirst(digest.count)
        return rest.isEmpty
            || rest.first == "-" && (2...20).contains(rest.count)
                && rest.dropFirst().utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Deletes objects, a few at a time.
    /// - Parameter deleted: gets the position of each object that does not exist any longer.
    /// - Throws: the first failure, which ends the work.
    package static func delete(
        _ uris: [String], from objects: any ObjectStore, deleted: @escaping @Sendable (Int) -> Void
    ) async throws(LaunchError) {
        _ = try await ObjectCalls.each(Array(uris.enumerated()), parallelism: parallelism) {
            item async throws(BackendError) in
            try await objects.delete(item.element)
            deleted(item.offset)
        }
    }
}
