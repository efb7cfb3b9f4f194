internal import LaunchConcurrency
internal import LaunchContainerEngine
public import LaunchPluginKit
internal import LaunchRegistryLogins

/// Builder `docker`: builds with the docker or podman of this machine, and pushes with its engine.
public struct DockerBuilder: Builder {
    let settings: Settings
    let engine: SharedEngine
    let bases: BaseImages
    let logins: PullLogins
    let flights = SingleFlight<String, BuildProgress, PinnedImage, BackendError>()

    /// The settings from the configuration.
    struct Settings: Sendable {
        var platform: String
        var destination: String?
        var engine: EngineChoice
        var buildArguments: [String: String]
        /// The files for `RUN --mount=type=secret`.
        var secrets: [BuildSecret]
        var target: String?
        var timeout: Duration
        var noCache: Bool
        var network: String?
        /// Whether docker's command line can change files only in its own temporary folder.
        var isConfined = true
    }

    /// The option `destination`.
    public var repository: String? { settings.destination }

    /// Builds, pushes and pins. Concurrent builds of one key share one build. An image in the registry is not built
    /// again.
    public func build(
        _ source: BuildSource, key: ContentKey, to destination: ImageReference, registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> PinnedImage {
        try await flights.run(
            "\(key) \(destination)", orThrow: BackendError(.cancelled, "The build was cancelled."), report: progress
        ) { tell throws(BackendError) in
            // Another process may have built it since the caller's check. Two builds of a key may differ only in time
            // stamps, so the existing image is the image of this key.
            if let image = try await registry.resolve(destination) {
                tell(BuildProgress(.build, "\(destination) was built by another process"))
                return image
            }
            return try await ImageWork(
                source: source, key: key, destination: destination, registry: registry, settings: settings,
                engine: engine, logins: logins, tell: tell
            ).run()
        }
    }
}

extension DockerBuilder: BuilderChecking {
    /// The engine that answers.
    package func check() async throws(BackendError) -> String {
        do throws(EngineError) {
            let version = try await engine.client().version()
            return "\(version.isPodman ? "podman" : "docker") answers"
        } catch {
            throw BackendError(build: error)
        }
    }
}
