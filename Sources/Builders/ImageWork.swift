internal import FoundationEssentials
internal import LaunchConcurrency
internal import LaunchContainerEngine
internal import LaunchPluginKit
internal import LaunchRegistryLogins

/// One build, from the context folder to the pinned image. Only that image remains afterwards.
struct ImageWork: Sendable {
    let source: BuildSource
    let key: ContentKey
    let destination: ImageReference
    let registry: any Registry
    let settings: DockerBuilder.Settings
    let engine: SharedEngine
    let logins: PullLogins
    let tell: @Sendable (BuildProgress) -> Void

    /// The label with the key. It identifies an image of this program.
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

    /// Names the image only after checking it, so that a name never refers to a broken build.
    private func keep(_ id: String, _ client: EngineClient, _ access: RegistryAccess) async throws -> PinnedImage {
        do {
            try await checkPlatform(id, client)
            try await client.tagImage(id, repository: destination.name, tag: key.tag)
            switch access {
            case .engineStore:
                guard let image = try await registry.resolve(destination) else {
                    throw BackendError(
                        .malformed, "\(destination) was built, but the registry's engine does not have it.",
                        hint: "Let the builder and the registry use the same 'engine'.")
                }
                return image
            case .remote(let host, let login):
                return try await push(client, host, login)
            }
        } catch {
            // The clean-up must also run after a cancellation.
            await withUncancelledTask {
                try? await client.removeImage(destination.description)
                try? await client.removeImage(id)
            }
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
                .invalid, "The image was built for \(built), but the builder's 'platform' is \(settings.platform).",
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
                // Byte counts are for progress bars; a log needs only the steps.
                guard progress.current == nil, !progress.status.isEmpty else { return }
                tell(BuildProgress(.push, (progress.layer.map { "\($0): " } ?? "") + progress.status))
            }
        } catch {
            // The tag is immutable: another process has pushed the same key, and its image is equivalent.
            guard error.code == .conflict, let image = try await registry.resolve(destination) else { throw error }
            tell(BuildProgress(.push, "\(destination) exists already, and its tag is immutable"))
            return image
        }
        // By digest, the registry confirms the bytes that were pushed. By tag, it might return another push.
        var pushed = destination
        if let digest = digest.flatMap({ Digest(rawValue: $0) }) {
            pushed = ImageReference(host: destination.host, repository: destination.repository, digest: digest)
        }
        guard var image = try await registry.resolve(pushed) else {
            throw BackendError(
                .transient, "\(destination) was pushed as \(digest ?? "its tag"), but the registry does not have it.")
        }
        image.name = destination.description
        return image
    }
}
