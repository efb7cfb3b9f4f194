internal import LaunchOCIRegistry
public import LaunchPluginKit
internal import Synchronization

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
    private let reach: @Sendable (ECRHost) throws(OCIError) -> RegistryClient.Configuration
    private let logins: ECRLogins
    private let clients = Mutex<[ECRHost: RegistryClient]>([:])
    /// Unreachable hosts that are already in the log.
    private let unreached = Mutex<Set<ECRHost>>([])

    init(
        _ options: ECROptions, environment: AWSEnvironment,
        reach: @escaping @Sendable (ECRHost) throws(OCIError) -> RegistryClient.Configuration
    ) {
        repository = options.repository
        self.options = options
        self.environment = environment
        self.reach = reach
        images = ECRImages(environment: environment)
        logins = ECRLogins(environment: environment)
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

    /// The platform of a single image is in its config, which only the registry's own API returns. Nil, with a warning,
    /// if the registry is not reachable from here: ECR's API has confirmed already that the image exists.
    private func platform(
        of digest: Digest, in repository: ECRRepository
    ) async throws(BackendError) -> ImagePlatform? {
        do throws(OCIError) {
            return try await client(of: repository.host).image(repository.name, digest.rawValue)?.platform
        } catch {
            guard [.unreachable, .tls, .denied, .unauthorised].contains(error.code) else {
                throw BackendError(registry: error)
            }
            // An unreachable registry is also unreachable for the next run, so the warning is logged once.
            guard unreached.withLock({ $0.insert(repository.host).inserted }) else { return nil }
            environment.runtime.log.warning(
                "What \(repository)@\(digest) runs on cannot be checked, nor can other images there. \(error.message)")
            return nil
        }
    }

    private func client(of host: ECRHost) throws(OCIError) -> RegistryClient {
        if let client = clients.withLock({ $0[host] }) { return client }
        let made = RegistryClient(try reach(host)) { [logins] () throws(OCIError) in
            do throws(AWSError) {
                let password = try await logins.password(host.region)
                return RegistryLogin(username: "AWS", password: password.reveal())
            } catch {
                throw OCIError(error.kind == .cancelled ? .cancelled : .unauthorised, error.summary)
            }
        }
        return clients.withLock { clients in
            let first = clients[host] ?? made
            clients[host] = first
            return first
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

extension ImagePlatform {
    /// Whether the platform is `os/architecture`, with any variant.
    fileprivate func matches(_ wanted: String) -> Bool { "\(os)/\(architecture)" == wanted }
}
