internal import LaunchContainerEngine
package import LaunchPluginKit

/// The services of both runners: the engine, image pulls, the program's home, limits and the log.
package struct EngineTools: Sendable {
    package let connection: EngineConnection
    package let images: ImagePulls
    let variables: [String: String]
    package let log: Logger
    package let limits: TransferLimits

    package init(
        connection: EngineConnection, images: ImagePulls, variables: [String: String], log: Logger,
        limits: TransferLimits
    ) {
        self.connection = connection
        self.images = images
        self.variables = variables
        self.log = log
        self.limits = limits
    }

    package func home() throws(BackendError) -> LaunchHome {
        do {
            return try LaunchHome(variables: variables)
        } catch {
            throw BackendError(.configuration, error.message, hint: error.hint)
        }
    }

    /// The label of the containers and networks of this home; nil without a home.
    package var homeIdentity: String? { (try? home())?.identity() }

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
