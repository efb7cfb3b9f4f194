/// The registry of a rehearsal: the configured one, and the image store of the local engine.
///
/// A rehearsal can use an image that only the engine has. If the submitter keeps everything on this machine, built
/// images go to the engine's store and are not pushed.
package struct RehearsalRegistry: Registry, TransportDescribing {
    /// The configured registry.
    let configured: any Registry
    /// The registry of the remote runner, which refuses images as a run there would.
    package let remote: any Registry
    /// The store of the local engine.
    let store: any Registry
    /// Whether images stay on this machine.
    let keepsLocal: Bool

    package init(configured: any Registry, remote: any Registry, store: any Registry, keepsLocal: Bool) {
        self.configured = configured
        self.remote = remote
        self.store = store
        self.keepsLocal = keepsLocal
    }

    package func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        if isBuiltHere(reference) { return try await store.resolve(reference) }
        let refusal: BackendError
        do throws(BackendError) {
            let source = configured.serves(reference) ? configured : remote
            if let image = try await source.resolve(reference) { return image }
            return try await store.resolve(reference)
        } catch {
            guard [.invalid, .notFound, .denied].contains(error.category) else { throw error }
            refusal = error
        }
        // The engine may be unavailable; then the error of the registry is reported.
        guard let image = try? await store.resolve(reference) else { throw refusal }
        return image
    }

    /// Whether the reference names an image whose `destination` is in the store.
    private func isBuiltHere(_ reference: ImageReference) -> Bool {
        keepsLocal && reference.host == nil && reference.tag?.wholeMatch(of: /launch-[0-9a-f]{32}/) != nil
    }

    package func fetch(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        try await configured.fetch(reference)
    }

    package func fetches(_ reference: ImageReference) -> Bool {
        configured.fetches(reference)
    }

    package func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
        guard keepsLocal else { return try configured.destination(for: key, repository: repository) }
        // For an image that stays on this machine, only the path of the repository matters, not its registry.
        let path = repository.flatMap { try? ImageReference(parsing: $0) }?.repository
        return try store.destination(for: key, repository: path ?? repository)
    }

    package func access() async throws(BackendError) -> RegistryAccess {
        try await keepsLocal ? store.access() : configured.access()
    }

    package var transport: RegistryTransport? {
        if keepsLocal { return nil }
        guard let configured = configured as? any TransportDescribing else { return RegistryTransport() }
        return configured.transport
    }

    package func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login? {
        try await configured.login(toPull: image)
    }

    package func prepare(for destination: ImageReference) async throws(BackendError) {
        try await keepsLocal ? store.prepare(for: destination) : configured.prepare(for: destination)
    }
}
