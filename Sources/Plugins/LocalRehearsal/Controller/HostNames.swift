internal import LaunchLocalContainers
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// The names by which the containers of a rehearsal are found in the engine.
enum HostNames {
    /// Label with the host's name.
    static let hostLabel = "launch.host"
    /// Label with the number of the attempt, from 1.
    static let attemptLabel = "launch.attempt"

    static func container(_ runID: RunID, _ host: String, attempt: Int) -> String {
        "\(RunContainer.name(runID))-\(host)\(attempt > 1 ? ".\(attempt)" : "")"
    }
}
