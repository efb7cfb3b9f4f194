public import LaunchPluginKit

extension LocalDockerRunner: ImageLookup {
    /// Gets an image that the configured registry does not serve from the engine's own store, or pulls it.
    public func registry(over configured: any Registry) -> any Registry {
        imageStore.map { EngineImages(configured: configured, store: $0) } ?? configured
    }
}

/// The configured registry, and the store of the engine for images that the registry does not serve.
struct EngineImages: Registry {
    let configured: any Registry
    let store: any Registry

    private func source(of reference: ImageReference) -> any Registry {
        configured.serves(reference) ? configured : store
    }

    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        try await source(of: reference).resolve(reference)
    }

    func unpinned(_ reference: ImageReference, after denial: BackendError) async -> PinnedImage? {
        await source(of: reference).unpinned(reference, after: denial)
    }

    func fetch(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        try await source(of: reference).fetch(reference)
    }

    func fetches(_ reference: ImageReference) -> Bool { source(of: reference).fetches(reference) }

    func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
        try configured.destination(for: key, repository: repository)
    }

    func access() async throws(BackendError) -> RegistryAccess { try await configured.access() }

    func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login? {
        try await configured.login(toPull: image)
    }

    func prepare(for destination: ImageReference) async throws(BackendError) {
        try await configured.prepare(for: destination)
    }
}
