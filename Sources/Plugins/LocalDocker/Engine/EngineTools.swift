internal import LaunchContainerEngine
internal import LaunchPluginKit

/// The services of both runners: the engine, image pulls, the program's home, limits and the log.
struct EngineTools: Sendable {
    let connection: EngineConnection
    let images: ImagePulls
    let variables: [String: String]
    let log: Logger
    var limits = TransferLimits()

    func home() throws(BackendError) -> LaunchHome {
        do {
            return try LaunchHome(variables: variables)
        } catch {
            throw BackendError(.configuration, error.message, hint: error.hint)
        }
    }

    /// The label of the containers and networks of this home; nil without a home.
    var homeIdentity: String? { (try? home())?.identity() }

    /// Pulls an image if the engine does not have it.
    func fetch(
        _ image: PinnedImage, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) {
        let engine = try await connection.client()
        let isThere = try await engineCall { () async throws(EngineError) in
            try await engine.image(image.reference) != nil
        }
        if !isThere { try await images.pull(image, onto: engine, progress: progress) }
    }
}
