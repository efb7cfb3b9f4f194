package import LaunchContainerEngine
package import LaunchPluginKit

/// Finds the engine on first use and keeps the connection.
package actor EngineConnection {
    private let locator: EngineLocator
    private let log: Logger
    private var found: EngineClient?

    package init(locator: EngineLocator, log: Logger) {
        self.locator = locator
        self.log = log
    }

    /// The engine. A failed search is repeated on the next call, because the engine may have been started meanwhile.
    package func client() async throws(BackendError) -> EngineClient {
        if let found { return found }
        do {
            let located = try await locator.locate(EngineClient.connect(to:))
            let client = found ?? located.client
            found = client
            log.debug(
                "found the container engine",
                ["address": client.address.description, "from": located.source.description, "api": "\(client.api)"])
            return client
        } catch {
            throw BackendError(error)
        }
    }
}

extension BackendError {
    /// Maps an engine error to the host's categories.
    package init(_ error: EngineError) {
        let category: Category =
            switch error.code {
            case .notFound: .notFound
            case .conflict: .conflict
            case .notReachable, .missingTool: .unavailable
            case .invalid: .invalid
            case .denied: .denied
            case .server, .interrupted: .transient
            case .cancelled: .cancelled
            case .protocolFault: .malformed
            default: .internalFault
            }
        self.init(category, error.message, hint: error.hint)
    }
}

/// Runs engine calls and maps their errors to `BackendError`.
package func engineCall<T>(_ body: () async throws(EngineError) -> T) async throws(BackendError) -> T {
    do {
        return try await body()
    } catch {
        throw BackendError(error)
    }
}
