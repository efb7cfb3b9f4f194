internal import LaunchContainerEngine
internal import LaunchPluginKit

extension BackendError {
    /// Maps an error about a source. Its message names file and line.
    init(source error: LaunchError) {
        let category: Category =
            switch error.kind {
            case .invalid, .usage, .configuration: .invalid
            case .denied: .denied
            case .tryAgain: .transient
            case .unavailable: .unavailable
            case .internalFault: .internalFault
            }
        self.init(category, error.message, hint: error.hint)
    }

    /// Maps an engine's error while an image is built or pushed.
    init(build error: EngineError) {
        let category: Category =
            switch error.code {
            case .notFound: .notFound
            case .conflict: .conflict
            case .notReachable, .missingTool: .unavailable
            case .invalid, .timedOut, .commandFailed: .invalid
            case .denied: .denied
            case .interrupted, .server: .transient
            case .cancelled: .cancelled
            case .protocolFault: .malformed
            default: .internalFault
            }
        self.init(category, error.message, hint: error.hint)
    }
}
