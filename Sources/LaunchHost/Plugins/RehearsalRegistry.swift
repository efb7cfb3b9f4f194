/// The registry of a rehearsal: the configured one, and the image store of the engine that the rehearsal runs on.
///
/// An image that only the engine has is good enough for a rehearsal. Where the submitter keeps everything on this
/// machine, what is built goes into the engine's store and is not pushed.
struct RehearsalRegistry: Registry {
    /// The one that the configuration names.
    let configured: any Registry
    /// The store of the local engine.
    let store: any Registry
    /// Whether nothing leaves this machine.
    let keepsLocal: Bool

    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        if isBuiltHere(reference) { return try await store.resolve(reference) }
        let refusal: BackendError
        do throws(BackendError) {
            if let image = try await configured.resolve(reference) { return image }
            return try await store.resolve(reference)
        } catch {
            guard [.invalid, .notFound, .denied].contains(error.category) else { throw error }
            refusal = error
        }
        // The engine may not be there; then what the registry says is what there is to say.
        guard let image = try? await store.resolve(reference) else { throw refusal }
        return image
    }

    /// Whether it names an image that `destination` has a place for in the store.
    private func isBuiltHere(_ reference: ImageReference) -> Bool {
        keepsLocal && reference.host == nil && reference.tag?.wholeMatch(of: /launch-[0-9a-f]{32}/) != nil
    }

    func fetch(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        try await configured.fetch(reference)
    }

    func fetches(_ reference: ImageReference) -> Bool {
        configured.fetches(reference)
    }

    func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
        guard keepsLocal else { return try configured.destination(for: key, repository: repository) }
        // The name of an image that stays here says nothing of another registry.
        let path = repository.flatMap { try? ImageReference(parsing: $0) }?.repository
        return try store.destination(for: key, repository: path ?? repository)
    }

    func access() async throws(BackendError) -> RegistryAccess {
        try await keepsLocal ? store.access() : configured.access()
    }

    func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login? {
        try await configured.login(toPull: image)
    }

    func prepare(for destination: ImageReference) async throws(BackendError) {
        try await keepsLocal ? store.prepare(for: destination) : configured.prepare(for: destination)
    }
}
