internal import LaunchConcurrency
internal import LaunchOCIRegistry
public import LaunchPluginKit

/// Builder `append`: puts the source as one layer on a base image, straight in the registry. It needs no container engine
/// and runs as any user.
public struct AppendBuilder: Builder {
    let settings: Settings
    let connections: RegistryConnections
    /// The folder for the layer while it is sent.
    let spoolFolder: String
    /// Whether pip is restricted to the files that it needs.
    let isConfined: Bool
    /// The variables of the agent, for pip.
    let variables: [String: String]
    let flights = SingleFlight<String, BuildProgress, PinnedImage, BackendError>()
    let layerFlights = SingleFlight<String, BuildProgress, AppendedImage.Layer, BackendError>()

    /// The settings from the configuration.
    struct Settings: Sendable {
        var platform: ImagePlatform
        var destination: String?
        var buildArguments: [String: String]
        /// The image of a source without a Dockerfile.
        var plain: PlainImage?
    }

    /// The option `destination`.
    public var repository: String? { settings.destination }

    /// Pushes the layer, the configuration and the manifest, and pins the image. Concurrent builds of one key share one
    /// build. An image in the registry is not built again.
    public func build(
        _ source: BuildSource, key: ContentKey, to destination: ImageReference, registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> PinnedImage {
        try await flights.run(
            "\(key) \(destination)", orThrow: BackendError(.cancelled, "The build was cancelled."), report: progress
        ) { tell throws(BackendError) in
            if let image = try await registry.resolve(destination) {
                tell(BuildProgress(.build, "\(destination) was built by another process"))
                return image
            }
            return try await AppendWork(
                source: source, key: key, destination: destination, registry: registry, builder: self, tell: tell
            ).run()
        }
    }
}
