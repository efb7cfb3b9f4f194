internal import ContainerEngine
internal import FoundationEssentials
internal import LaunchHost
internal import RegistryLogins

/// One build, from the context folder to the pinned image. It leaves nothing behind but that image.
struct ImageWork: Sendable {
    let source: BuildSource
    let key: ContentKey
    let destination: ImageReference
    let registry: any Registry
    let settings: DockerBuilder.Settings
    let engine: SharedEngine
    let logins: PullLogins
    let tell: @Sendable (BuildProgress) -> Void

    /// Carries the key, so that an image can be told to be of this program wherever it is found.
    static let label = "launch.content-key"

    func run() async throws(BackendError) -> PinnedImage {
        try await registry.prepare(for: destination)
        let access = try await registry.access()
        do {
            let client = try await engine.client()
            let id = try await build(with: client, access: access)
            return try await keep(id, client, access)
        } catch let error as EngineError {
            throw BackendError(build: error)
        } catch let error as BackendError {
            throw error
        } catch {
            throw BackendError(.internalFault, "\(error)")
        }
    }

    // MARK: from the built image to the pinned one

    /// Names the image only after it has been looked at: a name must never stand for a broken build.
    private func keep(_ id: String, _ client: EngineClient, _ access: RegistryAccess) async throws -> PinnedImage {
        do {
            try await checkPlatform(id, client)
            try await client.tagImage(id, repository: destination.name, tag: key.tag)
            switch access {
            case .engineStore:
                guard let image = try await registry.resolve(destination) else {
                    throw BackendError(
                        .malformed, "\(destination) was built, and the registry's engine does not have it.",
                        hint: "Let the builder and the registry use the same 'engine'.")
                }
                return image
            case .remote(let host, let login):
                return try await push(client, host, login)
            }
        } catch {
            // Also when the task is cancelled, so not as a part of it.
            await Task {
                try? await client.removeImage(destination.description)
                try? await client.removeImage(id)
            }.value
            throw error
        }
    }

    private func checkPlatform(_ id: String, _ client: EngineClient) async throws {
        guard let image = try await client.image(id) else {
            throw BackendError(.malformed, "The engine does not have the image \(id) that was just built.")
        }
        let built = "\(image.operatingSystem ?? "?")/\(image.architecture ?? "?")"
        guard built == settings.platform else {
            throw BackendError(
                .invalid, "The image was built for \(built), and the builder's 'platform' is \(settings.platform).",
                hint: "Use base images that exist for \(settings.platform), or change 'platform'.")
        }
    }

    private func push(
        _ client: EngineClient, _ host: String, _ login: RegistryAccess.Login?
    ) async throws -> PinnedImage {
        let credentials = login.map {
            RegistryCredentials(username: $0.username, password: $0.password.reveal(), server: host)
        }
        tell(BuildProgress(.push, "pushing \(destination)"))
        let digest: String?
        do {
            digest = try await client.pushImage(destination.name, tag: key.tag, credentials: credentials) { progress in
                // Counted bytes are for bars; a log wants the turns only.
                guard progress.current == nil, !progress.status.isEmpty else { return }
                tell(BuildProgress(.push, (progress.layer.map { "\($0): " } ?? "") + progress.status))
            }
        } catch {
            // Tags that cannot be moved: somebody else has pushed the same key meanwhile, and that image is as good.
            guard error.code == .conflict, let image = try await registry.resolve(destination) else { throw error }
            tell(BuildProgress(.push, "\(destination) is there already, and its tag is immutable"))
            return image
        }
        // Asked by digest, the registry confirms these bytes; by the tag, it might tell of somebody else's.
        var pushed = destination
        if let digest = digest.flatMap({ Digest(rawValue: $0) }) {
            pushed = ImageReference(host: destination.host, repository: destination.repository, digest: digest)
        }
        guard var image = try await registry.resolve(pushed) else {
            throw BackendError(
                .transient, "\(destination) was pushed as \(digest ?? "its tag"), and the registry does not have it.")
        }
        image.name = destination.description
        return image
    }
}
