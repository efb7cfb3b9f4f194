internal import LaunchLocalContainers
internal import LaunchContainerEngine
package import LaunchOCIRegistry
public import LaunchPluginKit
internal import LaunchRegistryLogins

/// Registry `local`: the engine's own store of images, or any OCI registry.
public struct LocalRegistry: Registry, TransportDescribing {
    let engine: SharedEngine
    let remote: RemoteStore?
    let logins: PullLogins

    /// Pins an image of this registry. For an image of another registry, pins the copy in the engine's store, if
    /// there is one.
    public func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        if let remote, remote.location.holds(reference) { return try await remote.resolve(reference) }
        return try await stored(reference)
    }

    /// Pulls an image of another registry into the engine's store, with the login of the environment or of the user's
    /// docker configuration.
    public func fetch(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        guard fetches(reference) else { return nil }
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

    /// Images of other registries. For its own registry, `resolve` gives the final result.
    public func fetches(_ reference: ImageReference) -> Bool {
        remote.map { !$0.location.holds(reference) } ?? true
    }

    /// The repository, below the registry's path if there is one, with the content key's tag.
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
                hint: "Remove it: each image gets a tag made from its content.")
        }
        name.tag = key.tag
        return name
    }

    /// The engine's store, or a registry host with its login.
    public func access() async throws(BackendError) -> RegistryAccess {
        guard let remote else { return .engineStore }
        return .remote(host: remote.location.host.name, login: try await remote.access())
    }

    /// From `ca_file`, `insecure`, and the rule for loopback.
    package var transport: RegistryTransport? { remote?.transport }

    private func stored(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        // With a tag and a digest, the engine ignores the tag; podman refuses the combination.
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

extension LocalRegistry: RegistryConnecting {
    /// The client of the configured registry.
    package func client(of host: RegistryHost) throws(OCIError) -> RegistryClient? {
        remote.flatMap { $0.location.host == host ? $0.client : nil }
    }

    /// Whether the configuration has a `uri`.
    package var keepsImagesRemotely: Bool { remote != nil }
}
