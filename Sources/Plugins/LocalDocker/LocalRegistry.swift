internal import ContainerEngine
public import LaunchHost
internal import OCIRegistry
internal import RegistryLogins

/// Registry `local`: the engine's own store of images, or any OCI registry.
public struct LocalRegistry: Registry {
    let engine: SharedEngine
    let remote: RemoteStore?
    let logins: PullLogins

    /// Pins what the registry has; an image of another registry is pinned where the engine's store has it already.
    public func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        if let remote, remote.location.holds(reference) { return try await remote.resolve(reference) }
        return try await stored(reference)
    }

    /// Pulls an image of another registry into the engine's store, with the login that the environment or the user's docker
    /// has for it.
    public func fetch(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        // Of its own registry `resolve` has said all that there is to say.
        if let remote, remote.location.holds(reference) { return nil }
        var wanted = reference
        if wanted.tag == nil, wanted.digest == nil { wanted.tag = "latest" }
        let login = try await logins.login(toPull: wanted)
        do {
            try await engine.client().pullImage(wanted.description, credentials: login)
        } catch {
            if error.code == .notFound { return nil }
            throw BackendError(error)
        }
        return try await stored(wanted)
    }

    /// `repository`, under the registry's path where there is one, with the key's tag.
    public func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
        var name: ImageReference
        if let remote {
            name = try remote.location.destination(repository)
        } else {
            do {
                name = try ImageReference(parsing: repository ?? "launch")
            } catch {
                throw BackendError(.invalid, error.description)
            }
        }
        guard name.tag == nil, name.digest == nil else {
            throw BackendError(
                .invalid, "The repository '\(name)' for built images has a tag or a digest.",
                hint: "Leave it away: each image gets a tag made from its content.")
        }
        name.tag = key.tag
        return name
    }

    /// The engine's store, or host and login.
    public func access() async throws(BackendError) -> RegistryAccess {
        guard let remote else { return .engineStore }
        return .remote(host: remote.location.host.name, login: try await remote.access())
    }

    private func stored(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        // The engine takes a tag together with a digest, and then looks at the digest alone; podman takes only one.
        var wanted = reference
        if wanted.digest != nil { wanted.tag = nil }
        do {
            guard let image = try await engine.client().image(wanted.description) else { return nil }
            return StoredImage(image: image, reference: reference).pinned
        } catch {
            throw BackendError(error)
        }
    }
}
