public import LaunchHost

/// A registry for backends that pull from ECR themselves, under a configured registry that does not know ECR.
///
/// Images of ECR are looked up in ECR. Everything else is the configured registry's.
public struct ECRLookup: Registry {
    private let configured: any Registry
    private let images: ECRImages

    /// Looks up with the credentials of an environment.
    public init(environment: AWSEnvironment, over configured: any Registry) {
        self.configured = configured
        images = ECRImages(environment: environment)
    }

    /// The repository of ECR that the configured registry does not know; nil for every other image.
    private func repository(of reference: ImageReference) -> ECRRepository? {
        guard configured.fetches(reference) else { return nil }
        return reference.host.flatMap { ECRHost($0) }.map { ECRRepository(host: $0, name: reference.repository) }
    }

    /// Pins an image of ECR. Of an index it is the image for linux/amd64, else the index.
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

    /// An image of another account as it is given.
    public func unpinned(_ reference: ImageReference, after denial: BackendError) async -> PinnedImage? {
        guard repository(of: reference) != nil else { return await configured.unpinned(reference, after: denial) }
        return await images.unpinned(reference, own: [])
    }

    /// The configured registry's answer. An image of ECR is not fetched.
    public func fetches(_ reference: ImageReference) -> Bool {
        repository(of: reference) == nil && configured.fetches(reference)
    }

    /// The configured registry's. An image that ECR does not have cannot be fetched.
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
    /// An image of another account's registry as it is given: its owner may let SageMaker pull what it does not let the
    /// agent look up, as AWS does with its built-in algorithms. Nil for an image of the own accounts.
    /// - Parameter own: accounts that are known to be own ones, beside that of the credentials.
    func unpinned(_ reference: ImageReference, own: [String]) async -> PinnedImage? {
        guard let host = reference.host.flatMap({ ECRHost($0) }), !own.contains(host.account) else { return nil }
        // Without an answer of STS the image counts as another account's. The denial is then in the warning.
        if let caller = try? await environment.caller().account, caller == host.account { return nil }
        // What a digest names is that image, whatever tag is written beside it.
        guard let digest = reference.digest else { return PinnedImage(unpinned: reference.description) }
        return PinnedImage(
            reference: "\(reference.name)@\(digest)", digest: digest, name: reference.description)
    }
}
