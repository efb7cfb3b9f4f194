package import LaunchBlobs

/// The versions of code below one URI, with the runs of the store that use them.
package struct CodeLibrary: Sendable {
    /// A version with the runs that use it and have not ended.
    package struct Entry: Sendable, Hashable {
        package var version: CodeVersion
        package var runs: [RunID]

        /// Whether the version was last used at this time or earlier. False if the time is not known.
        package func isUnused(since time: Timestamp) -> Bool { version.lastUse.map { $0 <= time } ?? false }
    }

    private let root: String
    private let objects: any ObjectStore
    private let store: Store
    private let backends: Backends

    /// - Parameter root: the URI without a slash at its end.
    /// - Throws: `configuration` if the environment has no object store for the URI, and what the environment throws.
    package init(at root: String, _ store: Store, _ backends: Backends) async throws(BackendError) {
        objects = try await CodeStage.objects(in: backends.environment, at: root)
        (self.root, self.store, self.backends) = (root, store, backends)
    }

    /// All versions, sorted by their digests.
    /// - Parameter progress: gets the number of objects that were read.
    package func entries(progress: @escaping @Sendable (Int) -> Void) async throws -> [Entry] {
        let uses = try await CodeUses(store, backends)
        do throws(BackendError) {
            return try await CodeVersion.all(below: root, in: objects, progress: progress)
                .map { Entry(version: $0, runs: uses.runs[$0.place.digest] ?? []) }
        } catch {
            throw named(error, "listed", needs: "list")
        }
    }

    /// Removes a version unless it is used; see `CodeRemoval`.
    /// - Parameter progress: gets the number of deleted files.
    package func remove(
        _ entry: Entry, unusedFor age: Duration, progress: @escaping @Sendable (Int) -> Void
    ) async throws -> CodeRemoval.Outcome {
        let place = entry.version.place
        let scratch = try await SourceStore(folder: store.home.sources).makeScratchFolder()
        do {
            return try await CodeRemoval(objects, scratch: scratch).remove(
                place, unusedFor: age, isInUse: { try await isInUse(place) }, progress: progress)
        } catch let error as BackendError {
            throw named(error, "removed", needs: "list, read, write and delete")
        }
    }

    private func isInUse(_ place: CodePlace) async throws -> Bool {
        let uses = try await CodeUses(store, backends)
        try uses.refuseUnknown()
        return uses.runs[place.digest] != nil
    }

    private func named(_ error: BackendError, _ verb: String, needs verbs: String) -> BackendError {
        var error = error
        error.message = "The code below \(root) cannot be \(verb). \(error.message)"
        if error.category == .denied { error.hint = "Let this user \(verbs) objects below \(root)." }
        return error
    }
}

extension CodeUses {
    /// - Throws: `.denied` or `.invalid` with the runs whose code is not known, so that nothing is certainly unused.
    package func refuseUnknown() throws(LaunchError) {
        guard !unknown.isEmpty else { return }
        let shown = unknown.prefix(5).map(\.rawValue).joined(separator: ", ")
        let more = unknown.count > 5 ? " and \(unknown.count - 5) more" : ""
        throw LaunchError(
            .unavailable,
            "The code of runs that have not ended is not known: \(shown)\(more). Their records cannot be read.",
            hint: "'launch status RUN' says why. Read them as a viewer of the store, or end a damaged run with "
                + "'launch stop RUN'.")
    }
}
