public import LaunchHost
internal import OCIRegistry
internal import Synchronization

/// Registry `ecr`: a private repository of Amazon ECR, in whichever account and partition.
///
/// What it resolves is any image of ECR that the credentials can see, of other accounts too; what is built goes into its
/// one repository.
public final class ECRRegistry: Registry {
    /// Where built images go.
    public let repository: ECRRepository
    let options: ECROptions
    let environment: AWSEnvironment
    let images: ECRImages
    private let reach: @Sendable (ECRHost) throws(OCIError) -> RegistryClient.Configuration
    private let logins: ECRLogins
    private let clients = Mutex<[ECRHost: RegistryClient]>([:])
    /// Hosts of which the log says already that they cannot be reached from here.
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

    // MARK: what there is

    /// Pins an image of ECR; of an index, the image for `platform`.
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

    /// An image of another account as it is given.
    public func unpinned(_ reference: ImageReference, after denial: BackendError) async -> PinnedImage? {
        await images.unpinned(reference, own: [repository.host.account])
    }

    /// The image of a manifest that runs on `platform`.
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

    /// What a single image runs on stands in its config, which only the registry itself hands out. Nil, with a warning,
    /// where it cannot be reached from here: ECR's API has said already that the image is there.
    private func platform(
        of digest: Digest, in repository: ECRRepository
    ) async throws(BackendError) -> ImagePlatform? {
        do throws(OCIError) {
            return try await client(of: repository.host).image(repository.name, digest.rawValue)?.platform
        } catch {
            guard [.unreachable, .tls, .denied, .unauthorised].contains(error.code) else {
                throw BackendError(registry: error)
            }
            // One that cannot be reached cannot be reached for the next run either.
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

    // MARK: what is built

    /// The configured repository, with the key's tag. A name without a host is a builder's proposal and does not count:
    /// ECR makes no repository by itself.
    public func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
        try check(destination: repository)
        return ImageReference(host: self.repository.host.description, repository: self.repository.name, tag: key.tag)
    }

    /// Host and login.
    public func access() async throws(BackendError) -> RegistryAccess {
        do throws(AWSError) {
            let password = try await logins.password(repository.host.region)
            return .remote(host: repository.host.description, login: .init(username: "AWS", password: password))
        } catch {
            throw explained(error, repository)
        }
    }

    /// A login for any repository of ECR that the credentials can see.
    public func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login? {
        guard let host = image.host.flatMap({ ECRHost($0) }) else { return nil }
        do throws(AWSError) {
            return .init(username: "AWS", password: try await logins.password(host.region))
        } catch {
            throw explained(error, ECRRepository(host: host, name: image.repository))
        }
    }

    /// Makes sure of the repository.
    public func prepare(for destination: ImageReference) async throws(BackendError) {
        do throws(AWSError) {
            if try await images.exists(repository) { return }
        } catch {
            // Whoever may push need not be allowed to list; then the push itself tells.
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
    /// Whether it is `os/architecture`, in whichever variant.
    fileprivate func matches(_ wanted: String) -> Bool { "\(os)/\(architecture)" == wanted }
}
