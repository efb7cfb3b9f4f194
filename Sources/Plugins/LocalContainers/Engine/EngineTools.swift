internal import LaunchContainerEngine
package import LaunchPluginKit

/// The services of both runners: the engine, image pulls, the plugin's folders, limits and the log.
package struct EngineTools: Sendable {
    package let connection: EngineConnection
    package let images: ImagePulls
    private let state: PluginContext.StateFolder
    package let clock: HostClock
    package let log: Logger
    package let limits: TransferLimits

    package init(
        connection: EngineConnection, images: ImagePulls, state: PluginContext.StateFolder, clock: HostClock,
        log: Logger, limits: TransferLimits
    ) {
        self.connection = connection
        self.images = images
        self.state = state
        self.clock = clock
        self.log = log
        self.limits = limits
    }

    /// The path of a folder that outlives the program. Its files are directly in the program's home.
    package func folder(_ name: String) throws(BackendError) -> String { try state.inHome(name).path }

    /// The label of the containers and networks of this home; nil without a home.
    package var homeIdentity: String? { try? state.identity() }

    /// Pulls an image if the engine does not have it.
    package func fetch(
        _ image: PinnedImage, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) {
        let engine = try await connection.client()
        let isThere = try await engineCall { () async throws(EngineError) in
            try await engine.image(image.reference) != nil
        }
        if !isThere { try await images.pull(image, onto: engine, progress: progress) }
    }
}
