internal import ContainerEngine
internal import LaunchHost

/// By which names the parts of a job with surroundings are found again in the engine.
enum HostNames {
    /// The host's name.
    static let hostLabel = "launch.host"
    /// The attempt, from 1.
    static let attemptLabel = "launch.attempt"
    /// The handle's field with the version of what is kept in the job's folder.
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
