internal import FoundationEssentials
internal import LaunchBlobs
internal import LaunchConcurrency
internal import Synchronization

/// The sources that the machines of a team share by their store: submitters send snapshots, and agents fetch them.
package struct SharedSources: Sendable {
    private let store: Store
    private let local: SourceStore
    private let place: String?
    private let objects: @Sendable () async throws(LaunchError) -> any ObjectStore
    private let fetching = KeyedLock<String>()

    /// - Parameters:
    ///   - store: a store on PostgreSQL.
    ///   - local: the snapshots on this machine.
    ///   - place: where pieces are kept, such as `s3://bucket/prefix`; nil for the database.
    ///   - objects: the environment's object store, for a place.
    package init(
        _ store: Store, local: SourceStore, place: String?,
        objects: @escaping @Sendable () async throws(LaunchError) -> any ObjectStore
    ) {
        (self.store, self.local, self.place, self.objects) = (store, local, place, objects)
    }

    // MARK: sending

    /// Whether the snapshot needs no sending: the store has it, or it is that of a job, which was sent when the job was
    /// made, and is not on this machine. It is in use from now on.
    /// - Throws: `.unavailable` or `.tryAgain` if the store does not answer.
    package func holds(_ snapshot: String) async throws(LaunchError) -> Bool {
        guard local.has(snapshot) else { return true }
        return try await call { () async throws(StoreError) in try await store.useSource(snapshot) }
    }

    /// Sends a snapshot of this machine, so that every agent can build it. What an interrupted call has sent is not sent
    /// again.
    /// - Parameter progress: gets the bytes that are in the store, and the size of the source.
    /// - Throws: `.invalid` if the source is over a limit of the store, `.unavailable` if the connection breaks.
    package func send(
        _ snapshot: String, progress: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void
    ) async throws(LaunchError) {
        if try await holds(snapshot) { return }
        let folder = try await local.context(of: snapshot)
        let packer = try await SourceWork.run { work throws(LaunchError) in try SnapshotPacker(folder, work: work) }
        let blobs = try await blobs(
            of: try await call { () async throws(StoreError) in try await store.user() }, at: place
        ) { pieces async throws(LaunchError) in try await use(pieces) }
        var sent: Int64 = 0
        do throws(LaunchError) {
            try await BlobSender(to: blobs).send(packer.packed.pieces) { index async throws(LaunchError) in
                try await SourceWork.run { _ throws(LaunchError) in try packer.bytes(ofPiece: index) }
            } progress: { now in
                sent = now.done
                progress(now.done, now.total)
            }
        } catch {
            guard sent > 0, [.unavailable, .tryAgain].contains(error.kind) else { throw error }
            let kept = "\(sent / 1_000_000) of \(packer.packed.total / 1_000_000) MB of the source are in the store."
            throw LaunchError(
                error.kind, "\(error.message) \(kept)", hint: "Repeat the command; it sends only what is missing.")
        }
        let list: String
        do { list = try JSON.canonical(packer.packed) } catch {
            throw LaunchError(.internalFault, "the list of the source's pieces has no JSON form: \(error).")
        }
        try await call { () async throws(StoreError) in try await store.addSource(snapshot, list: list, place: place) }
    }

    // MARK: fetching

    /// Makes a snapshot of another machine one of this machine, after a check of all its bytes.
    ///
    /// Each submitter may have added other bytes under the name, so a copy with wrong bytes is not the end.
    /// - Throws: `.unavailable` if the store does not have the source; `.invalid` if all copies are wrong; `.tryAgain`.
    package func fetch(_ snapshot: String) async throws(LaunchError) {
        let cancelled = LaunchError(.tryAgain, "fetching the source was cancelled.")
        try await fetching.withLock(snapshot, orThrow: cancelled) { () async throws(LaunchError) in
            // Another run of the same source may have fetched it meanwhile.
            if (try? await local.context(of: snapshot)) != nil { return }
            let copies = try await call { () async throws(StoreError) in try await store.sources(named: snapshot) }
            var failure = LaunchError(
                .unavailable, "the source \(snapshot.prefix(12)) is not in the store.", hint: "Submit the source again."
            )
            for copy in copies {
                do throws(LaunchError) {
                    return try await fetch(copy)
                } catch {
                    guard error.kind == .invalid else { throw error }
                    failure = error
                }
            }
            throw failure
        }
    }

    private func fetch(_ copy: SharedSource) async throws(LaunchError) {
        guard copy.place == nil || copy.place == place else {
            throw LaunchError(
                .invalid,
                "the source is at \(Wording.quoted(copy.place ?? "")), and this agent keeps sources "
                    + "\(place.map { "at \(Wording.quoted($0))" } ?? "in the database").",
                hint: "Give all machines the same blobs: in store of launch-config.yaml, and submit the source again.")
        }
        guard let packed = try? JSON.decode(PackedSource.self, from: Data(copy.list.utf8)) else {
            throw LaunchError(.invalid, "the list of the source's pieces is damaged.", hint: "Submit the source again.")
        }
        try packed.check(local.limits)
        let pieces = try await local.makePiecesFolder(for: copy.name, holding: packed.total)
        let names =
            copy.place == nil
            ? [:] : try await call { () async throws(StoreError) in try await store.objects(of: copy) }
        let blobs = try await blobs(of: copy.author, at: copy.place) { _ in names }
        // All wrong objects are found at once, so that the next submit sends all of them again.
        var wrong: LaunchError?
        for piece in packed.pieces where !LocalPieces.has(piece, in: pieces) {
            if Task.isCancelled { throw LaunchError(.tryAgain, "fetching the source was cancelled.") }
            let bytes: [UInt8]
            do throws(LaunchError) {
                bytes = try await blobs.verified(piece)
            } catch {
                guard error.kind == .invalid, let place = copy.place, let name = names[piece.digest] else {
                    throw error
                }
                // The store would answer the next submit that it has the source.
                try await call { () async throws(StoreError) in
                    try await store.distrustObject(name, of: copy.author, at: place)
                }
                wrong = wrong ?? error
                continue
            }
            try await SourceWork.run { _ throws(LaunchError) in try LocalPieces.write(bytes, as: piece, to: pieces) }
        }
        if let wrong { throw wrong }
        try await local.unpack(packed, piecesIn: pieces, as: copy.name)
    }

    // MARK: removing

    /// What `removeUnused` has removed.
    package struct Removed: Sendable, Hashable, Codable {
        /// The bytes of pieces in the database.
        package var bytes: Int64 = 0
        /// The objects at the place.
        package var objects = 0

        package init() {}
    }

    /// The maximum number of objects that one call deletes.
    package static let mostObjects = 1000

    /// Removes sources and pieces that nothing names and nothing has used for a day by the store's clock. For agents.
    /// - Parameter removed: what was removed, also if the call fails.
    /// - Throws: `.denied` for other users, and if the object store does not permit it; the other errors of both. Objects
    ///   that remain are deleted by a later call.
    package func removeUnused(
        after milliseconds: Int64 = 86_400_000, _ removed: inout Removed
    ) async throws(LaunchError) {
        removed.bytes += try await call { () async throws(StoreError) in
            try await store.removeUnusedSources(after: milliseconds)
        }
        guard let place else { return }
        let old = try await call { () async throws(StoreError) in
            try await store.retireObjects(at: place, after: milliseconds, limit: Self.mostObjects)
        }
        guard !old.isEmpty else { return }
        let gone = Mutex<[Int64]>([])
        let failure: LaunchError?
        do throws(LaunchError) {
            try await ObjectBlobs.delete(
                old.map { ObjectBlobs.uri(place, author: $0.author, name: $0.name) }, from: try await objects()
            ) { index in gone.withLock { $0.append(old[index].id) } }
            failure = nil
        } catch {
            failure = error
        }
        let ids = gone.withLock(\.self)
        if !ids.isEmpty {
            try await call { () async throws(StoreError) in try await store.forgetObjects(ids) }
        }
        removed.objects += ids.count
        guard let failure else { return }
        throw LaunchError(
            failure.kind,
            "\(Wording.count(old.count - ids.count, "unused object")) of sources could not be deleted at \(place): "
                + failure.message,
            hint: failure.kind == .denied
                ? "Grant agents the right to delete objects there."
                : failure.hint)
    }

    // MARK: places

    private func blobs(
        of author: String, at place: String?, names: @escaping ObjectBlobs.Names
    ) async throws(LaunchError) -> any BlobStore {
        guard let place else { return store.blobs(of: author) }
        return ObjectBlobs(
            try await objects(), place: place, author: author, scratch: try await local.makeScratchFolder(),
            names: names)
    }

    private func use(_ pieces: [Piece]) async throws(LaunchError) -> [String: String] {
        guard let place else { return [:] }
        return try await call { () async throws(StoreError) in try await store.useObjects(pieces, at: place) }
    }

    private func call<T>(_ body: () async throws(StoreError) -> T) async throws(LaunchError) -> T {
        do throws(StoreError) {
            return try await body()
        } catch {
            throw LaunchError(error)
        }
    }
}
