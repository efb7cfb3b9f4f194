internal import FoundationEssentials

/// Keeps pieces as objects of the environment's object store: `PREFIX/AUTHOR/DIGEST`.
package struct ObjectBlobs: BlobStore {
    private let objects: any ObjectStore
    private let prefix: String
    private let scratch: String
    /// The number of objects that are asked for, or sent, at the same time.
    private static let parallelism = 8

    /// - Parameters:
    ///   - place: `s3://bucket/prefix`, without a slash at its end.
    ///   - author: the submitter, whose objects have a folder of their own, so that a policy can permit only that.
    ///   - scratch: an existing folder for files of up to a piece's size.
    package init(_ objects: any ObjectStore, place: String, author: String, scratch: String) {
        self.objects = objects
        prefix = "\(place)/\(Self.folder(of: author))"
        self.scratch = scratch
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
        return try await Self.each(Array(Set(pieces))) { piece async throws(BackendError) -> Piece? in
            let found = try await objects.object(uri(piece))
            return found?.size == Int64(piece.size) ? nil : piece
        }.compactMap(\.self)
    }

    package func add(_ pieces: [[UInt8]]) async throws(LaunchError) {
        _ = try await Self.each(pieces) { bytes async throws(BackendError) in
            let path = "\(scratch)/\(UUID().uuidString)"
            defer { try? FileSystem.remove(path) }
            try Self.local { () throws(FileSystem.Failure) in
                let file = try FileSystem.File(creating: path)
                try file.write(bytes[...])
            }
            try await objects.upload(path, to: uri(Piece(of: bytes)), progress: nil)
        }
    }

    package func bytes(of piece: Piece) async throws(LaunchError) -> [UInt8] {
        do throws(BackendError) {
            // The size is known before the download, so that a wrong object cannot fill the disk.
            let found = try await objects.object(uri(piece))
            guard let found, found.size <= Int64(Piece.largest) else {
                throw BackendError(
                    found == nil ? .unavailable : .invalid,
                    "\(uri(piece)) \(found == nil ? "does not exist" : "is too large").",
                    hint: "Submit the source again.")
            }
            let path = "\(scratch)/\(UUID().uuidString)"
            defer { try? FileSystem.remove(path) }
            try await objects.download(uri(piece), to: path, progress: nil)
            return try Self.local { () throws(FileSystem.Failure) in
                try FileSystem.File(reading: path).bytes(limit: Piece.largest)
            }
        } catch {
            throw LaunchError(error)
        }
    }

    private func uri(_ piece: Piece) -> String { "\(prefix)/\(piece.digest)" }

    private static func local<T>(_ body: () throws(FileSystem.Failure) -> T) throws(BackendError) -> T {
        do {
            return try body()
        } catch {
            throw BackendError(.unavailable, "\(error.path) cannot be used: \(error.why).")
        }
    }

    /// Runs the calls a few at a time. The first failure ends all.
    private static func each<Item: Sendable, Value: Sendable>(
        _ items: [Item], _ call: @escaping @Sendable (Item) async throws(BackendError) -> Value
    ) async throws(LaunchError) -> [Value] {
        let result = await withTaskGroup(of: Result<Value, BackendError>.self) { group in
            var values: [Value] = []
            var failure: BackendError?
            var next = items.makeIterator()
            let begin = { (group: inout TaskGroup<Result<Value, BackendError>>, item: Item) in
                group.addTask {
                    do throws(BackendError) { return .success(try await call(item)) } catch { return .failure(error) }
                }
            }
            for _ in 0..<parallelism {
                if let item = next.next() { begin(&group, item) }
            }
            while let result = await group.next() {
                switch result {
                case .success(let value): values.append(value)
                case .failure(let error): failure = failure ?? error
                }
                if failure == nil, let item = next.next() { begin(&group, item) }
            }
            return failure.map { .failure($0) } ?? Result<[Value], BackendError>.success(values)
        }
        do throws(BackendError) {
            return try result.get()
        } catch {
            throw LaunchError(error)
        }
    }
}
