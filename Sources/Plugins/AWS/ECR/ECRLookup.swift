public import LaunchHost

/// A registry for backends that pull from ECR themselves, for use with a configured registry that cannot read ECR.
///
/// It looks up images of ECR in ECR and delegates everything else to the configured registry.
public struct ECRLookup: Registry {
    private let configured: any Registry
    private let images: ECRImages

    /// Looks images up with the credentials of an environment.
    public init(environment: AWSEnvironment, over configured: any Registry) {
        self.configured = configured
        images = ECRImages(environment: environment)
    }

    /// The ECR repository of an image that the configured registry does not know; nil for every other image.
    private func repository(of reference: ImageReference) -> ECRRepository? {
        guard configured.fetches(reference) else { return nil }
        return reference.host.flatMap { ECRHost($0) }.map { ECRRepository(host: $0, name: reference.repository) }
    }

    /// Pins an image of ECR. Of an index, it pins the image for linux/amd64, or the index if there is none.
    public func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        guard let repository = repository(of: reference) else { return try await configured.resolve(reference) }
        let found: ECRManifest?
        do throws(AWSError) {
            found = try await images.manifest(repository, tag: reference.tag, digest: reference.digest)
        } catch {
            guard error.code == "RepositoryNotFoundException" else { throw repository.explained(error) }
            throw repository.missing
        }
        guard let found else { return nil }
        let entry = found.entries?.first { $0.platform == "linux/amd64" }
        let digest = entry?.digest ?? found.digest
        return PinnedImage(
            reference: "\(repository)@\(digest)", digest: digest, name: reference.description,
            platform: entry?.platform)
    }

    /// An image of another account, without a digest from ECR.
    public func unpinned(_ reference: ImageReference, after denial: BackendError) async -> PinnedImage? {
        guard repository(of: reference) != nil else { return await configured.unpinned(reference, after: denial) }
        return await images.unpinned(reference, own: [])
    }

    /// Whether the configured registry fetches the image. Images of ECR are not fetched.
    public func fetches(_ reference: ImageReference) -> Bool {
        repository(of: reference) == nil && configured.fetches(reference)
    }

    /// Fetches with the configured registry. An image that ECR does not have cannot be fetched.
    public func fetch(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        guard repository(of: reference) == nil else { return nil }
        return try await configured.fetch(reference)
    }

    /// The configured registry's.
    public func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
        try configured.destination(for: key, repository: repository)
    }

    /// The configured registry's.
    public func access() async throws(BackendError) -> RegistryAccess { try await configured.access() }

    /// The configured registry's.
    public func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login? {
        try await configured.login(toPull: image)
    }

    /// The configured registry's.
    public func prepare(for destination: ImageReference) async throws(BackendError) {
        try await configured.prepare(for: destination)
    }
}

extension ECRImages {
    /// An image of another account's registry, used as written. Its owner may let SageMaker pull an image that the
    /// agent may not look up, as AWS does for its built-in algorithms. Nil for an image of the user's own accounts.
    /// - Parameter own: The known own accounts, in addition to that of the credentials.
    func unpinned(_ reference: ImageReference, own: [String]) async -> PinnedImage? {
        guard let host = reference.host.flatMap({ ECRHost($0) }), !own.contains(host.account) else { return nil }
        // If STS does not answer, the image counts as another account's, and the warning contains the denial.
        if let caller = try? await environment.caller().account, caller == host.account { return nil }
        // A digest identifies the image; a tag beside it is ignored.
        guard let digest = reference.digest else { return PinnedImage(unpinned: reference.description) }
        return PinnedImage(
            reference: "\(reference.name)@\(digest)", digest: digest, name: reference.description)
    }
}
