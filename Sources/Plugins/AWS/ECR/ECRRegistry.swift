package import LaunchOCIRegistry
public import LaunchPluginKit

/// Registry `ecr`: a private repository of Amazon ECR, in any account and partition.
///
/// It resolves every image of ECR to which the credentials give access, also of other accounts. Built images are pushed
/// to its one repository.
public final class ECRRegistry: Registry {
    /// The repository for built images.
    public let repository: ECRRepository
    let options: ECROptions
    let environment: AWSEnvironment
    let images: ECRImages
    private let logins: ECRLogins
    private let platforms: ECRPlatforms
    private let clients: ECRClients

    init(
        _ options: ECROptions, environment: AWSEnvironment,
        reach: @escaping @Sendable (ECRHost) throws(OCIError) -> RegistryClient.Configuration
    ) {
        repository = options.repository
        self.options = options
        self.environment = environment
        images = ECRImages(environment: environment)
        logins = ECRLogins(environment: environment)
        clients = ECRClients(logins: logins, reach: reach)
        platforms = ECRPlatforms(clock: environment.runtime.clock, log: environment.runtime.log) {
            [clients] repository, digest throws(OCIError) in
            try await clients.client(of: repository.host).image(repository.name, digest.rawValue)
        }
    }

    // MARK: Images

    /// Pins an image of ECR. Of an index, it pins the image for `platform`.
    public func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        guard let host = reference.host.flatMap({ ECRHost($0) }) else { throw outside(reference) }
        let asked = ECRRepository(host: host, name: reference.repository)
        let manifest: ECRManifest?
        do throws(AWSError) {
            manifest = try await images.manifest(asked, tag: reference.tag, digest: reference.digest)
        } catch {
            guard error.code == "RepositoryNotFoundException" else { throw explained(error, asked) }
            if asked == repository, options.createRepository { return nil }
            throw missing(asked)
        }
        guard let manifest else { return nil }
        let (digest, platform) = try await suited(manifest, of: asked, reference)
        return PinnedImage(
            reference: "\(asked)@\(digest)", digest: digest, name: reference.description, platform: platform)
    }

    /// Whether the image is in a private repository of ECR, in any account and region.
    public func serves(_ reference: ImageReference) -> Bool {
        reference.host.flatMap { ECRHost($0) } != nil
    }

    /// The image of a manifest for `platform`.
    private func suited(
        _ manifest: ECRManifest, of repository: ECRRepository, _ reference: ImageReference
    ) async throws(BackendError) -> (Digest, String?) {
        let wanted = options.platform
        guard let entries = manifest.entries else {
            guard let platform = try await platform(of: manifest.digest, in: repository) else {
                return (manifest.digest, nil)
            }
            guard platform.matches(wanted) else { throw unsuited(reference, "it is for \(platform)") }
            return (manifest.digest, platform.description)
        }
        if let entry = entries.first(where: { $0.platform == wanted }) { return (entry.digest, wanted) }
        let there = entries.map(\.platform)
        throw unsuited(reference, there.isEmpty ? "it names no platform" : "there are \(there.joined(separator: ", "))")
    }

    private func platform(
        of digest: Digest, in repository: ECRRepository
    ) async throws(BackendError) -> ImagePlatform? {
        do throws(OCIError) {
            return try await platforms.platform(of: digest, in: repository)
        } catch {
            throw BackendError(registry: error)
        }
    }

    // MARK: Built images

    /// The configured repository, with the key's tag. A repository without a host is only a builder's proposal and is
    /// ignored, because ECR does not create repositories by itself.
    public func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
        try check(destination: repository)
        return ImageReference(host: self.repository.host.description, repository: self.repository.name, tag: key.tag)
    }

    public func access() async throws(BackendError) -> RegistryAccess {
        do throws(AWSError) {
            let password = try await logins.password(repository.host.region)
            return .remote(host: repository.host.description, login: .init(username: "AWS", password: password))
        } catch {
            throw explained(error, repository)
        }
    }

    /// A login for every repository of ECR to which the credentials give access.
    public func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login? {
        guard let host = image.host.flatMap({ ECRHost($0) }) else { return nil }
        do throws(AWSError) {
            return .init(username: "AWS", password: try await logins.password(host.region))
        } catch {
            throw explained(error, ECRRepository(host: host, name: image.repository))
        }
    }

    /// Creates the repository if it does not exist and the options allow it.
    public func prepare(for destination: ImageReference) async throws(BackendError) {
        do throws(AWSError) {
            if try await images.exists(repository) { return }
        } catch {
            // The permission to push does not include the permission to list. The push itself reports a missing
            // repository.
            guard error.kind == .auth else { throw explained(error, repository) }
            return
        }
        guard options.createRepository else { throw missing(repository) }
        do throws(AWSError) {
            try await images.create(repository)
        } catch {
            throw explained(error, repository)
        }
    }
}

extension ECRRegistry: EnvironmentBound {
    package var isBoundToEnvironment: Bool { true }
}

extension ECRRegistry: TransportDescribing {
    /// With the certificate authorities of AWS's hosts.
    package var transport: RegistryTransport? {
        RegistryTransport(caFile: (try? clients.client(of: repository.host))?.configuration.caFile)
    }
}

extension ECRRegistry: RegistryConnecting {
    /// The client of any private registry of ECR.
    package func client(of host: RegistryHost) throws(OCIError) -> RegistryClient? {
        guard let host = ECRHost(host.name) else { return nil }
        return try clients.client(of: host)
    }

    /// Always true.
    package var keepsImagesRemotely: Bool { true }
}

extension ImagePlatform {
    /// Whether the platform is `os/architecture`, with any variant.
    fileprivate func matches(_ wanted: String) -> Bool { "\(os)/\(architecture)" == wanted }
}
