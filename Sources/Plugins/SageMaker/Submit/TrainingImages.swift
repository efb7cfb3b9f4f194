internal import LaunchAWS
internal import LaunchPluginKit

/// The registry of training jobs, by SageMaker's rules: it pulls images of private repositories of ECR only, including
/// those that the agent may not look up.
///
/// Images of ECR that the configured registry does not have are looked up in ECR. Everything else is delegated to the
/// configured registry.
struct TrainingImages: Registry {
    let environment: AWSEnvironment
    let configured: any Registry

    /// Whether ECR is asked for an image instead of the configured registry.
    private func isOnlyInECR(_ reference: ImageReference) -> Bool {
        configured.fetches(reference) && host(of: reference) != nil
    }

    private func host(of reference: ImageReference) -> ECRHost? { reference.host.flatMap { ECRHost($0) } }

    /// Pins an image. Of an index in ECR that the configured registry does not have, pins the image for linux/amd64, or
    /// the index if there is none.
    /// - Throws: `invalid` for an image outside ECR if the configured registry is ECR.
    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        if let registry = configured as? ECRRegistry, !registry.serves(reference) {
            throw registry.outside(reference, "SageMaker pulls images from private repositories of ECR only")
        }
        guard isOnlyInECR(reference) else { return try await configured.resolve(reference) }
        return try await environment.imageOfECR(reference)
    }

    /// An image of another account, used as written. Its owner may let SageMaker pull an image that the agent may not
    /// look up, as AWS does for its built-in algorithms. Nil for an image of the user's own accounts.
    func unpinned(_ reference: ImageReference, after denial: BackendError) async -> PinnedImage? {
        let registry = configured as? ECRRegistry
        guard let host = host(of: reference), registry != nil || isOnlyInECR(reference) else {
            return await configured.unpinned(reference, after: denial)
        }
        // If STS does not answer, the image counts as another account's, and the warning contains the denial.
        let caller = try? await environment.verify().account
        guard ![registry?.repository.host.account, caller].contains(host.account) else { return nil }
        // A digest identifies the image; a tag beside it is ignored.
        guard let digest = reference.digest else { return PinnedImage(unpinned: reference.description) }
        return PinnedImage(reference: "\(reference.name)@\(digest)", digest: digest, name: reference.description)
    }

    /// Whether the configured registry fetches the image. Images of ECR are not fetched.
    func fetches(_ reference: ImageReference) -> Bool {
        !isOnlyInECR(reference) && configured.fetches(reference)
    }

    /// Fetches with the configured registry. An image that ECR does not have cannot be fetched.
    func fetch(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        guard !isOnlyInECR(reference) else { return nil }
        return try await configured.fetch(reference)
    }

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

extension TrainingImages: TransportDescribing {
    var transport: RegistryTransport? {
        guard let configured = configured as? any TransportDescribing else { return RegistryTransport() }
        return configured.transport
    }
}
