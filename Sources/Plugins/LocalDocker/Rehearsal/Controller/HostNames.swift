internal import ContainerEngine
internal import LaunchPluginKit

/// The names by which the containers of a rehearsal are found in the engine.
enum HostNames {
    /// Label with the host's name.
    static let hostLabel = "launch.host"
    /// Label with the number of the attempt, from 1.
    static let attemptLabel = "launch.attempt"
    /// Field of the handle with the version of the job folder's content.
    static let handleField = "rehearsal"

    static func container(_ runID: RunID, _ host: String, attempt: Int) -> String {
        "\(RunContainer.name(runID))-\(host)\(attempt > 1 ? ".\(attempt)" : "")"
    }

    static func handle(_ runID: RunID) -> RunHandle {
        RunHandle(runner: LocalDockerRunner.type, runID: runID, fields: [handleField: "1"])
    }

    static func isOne(_ handle: RunHandle) -> Bool {
        handle.runner == LocalDockerRunner.type && handle.fields[handleField] != nil
    }
}
