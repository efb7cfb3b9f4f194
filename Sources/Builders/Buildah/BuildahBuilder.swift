internal import LaunchConcurrency
public import LaunchPluginKit
internal import LaunchRegistryLogins

/// Builder `buildah`: builds whole Dockerfiles with the program buildah, without a container engine, and pushes from
/// its own storage.
public struct BuildahBuilder: Builder {
    /// The settings that builders of Dockerfiles share.
    let settings: DockerBuilder.Settings
    let machine: BuildahMachine
    let logins: PullLogins
    let bases: BaseImages
    let clock: HostClock
    let flights = SingleFlight<String, BuildProgress, PinnedImage, BackendError>()

    /// The option `destination`.
    public var repository: String? { settings.destination }

    /// The key of the context, the Dockerfile, the base images and the builder's options. The builder `docker` has the
    /// same keys.
    public func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey {
        try await settings.key(for: source, bases: offline ? nil : bases)
    }

    /// The option `no_cache`, or a file from the network without a checksum.
    public func rebuildReason(for source: BuildSource) throws(BackendError) -> String? {
        try settings.rebuildReason(for: source)
    }

    /// Builds, pushes and pins. Concurrent builds of one key share one build. An image in the registry is not built
    /// again.
    public func build(
        _ source: BuildSource, key: ContentKey, to destination: ImageReference, registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> PinnedImage {
        // Before the registry is asked, which would ask an engine.
        if let registry = registry as? any TransportDescribing, registry.transport == nil {
            throw BuildahWork.refusal(of: destination)
        }
        return try await flights.run(
            "\(key) \(destination)", orThrow: BackendError(.cancelled, "The build was cancelled."), report: progress
        ) { tell throws(BackendError) in
            // Another process may have built it since the caller's check.
            if let image = try await registry.resolve(destination) {
                tell(BuildProgress(.build, "\(destination) was built by another process"))
                return image
            }
            return try await BuildahWork(
                source: source, key: key, destination: destination, registry: registry, settings: settings,
                machine: machine, logins: logins, bases: bases, clock: clock, tell: tell
            ).run()
        }
    }
}

extension BuildahBuilder: BuilderChecking {
    /// The version, the storage driver and the folder of buildah.
    package func check() async throws(BackendError) -> String {
        let setup = try await machine.setup()
        return "\(setup), images in \(setup.folder)"
    }
}

extension BuildahBuilder: CrossChecking {
    /// Refuses a registry that is the store of a container engine, where buildah cannot put an image.
    public func findings(with parts: Parts) -> [Finding] {
        guard let registry = parts.registry as? any TransportDescribing, registry.transport == nil else { return [] }
        return [
            Finding(
                .error, at: FieldPath([.member(Role.registry.rawValue)]), Self.needsRegistry,
                hint: Self.needsRegistryHint)
        ]
    }

    /// Why it cannot build for an engine's own store.
    static let needsRegistry =
        "the builder buildah has no container engine, and the images of this registry are kept in an engine's own store"
    static let needsRegistryHint =
        "give 'registry' a 'uri', or the builder a 'destination' with a host, or use 'builder: {type: docker}'"
}
