internal import LaunchLocalRehearsal
internal import LaunchPluginKit

/// What a stored handle of this runner names. The stored fields are part of the store's format.
enum LocalHandle: Sendable, Hashable {
    case container(ContainerHandle)
    case rehearsal(RehearsalHandle)

    /// The runner's type, which requests and handles carry.
    static let runner = "local-docker"

    /// Field with the ID of a plain container.
    private static let containerField = "container"
    /// Field with the version of the folder of a rehearsal.
    private static let rehearsalField = "rehearsal"

    /// - Throws: `invalid` if the handle is another runner's, or names nothing.
    init(_ handle: RunHandle) throws(BackendError) {
        if handle.runner == Self.runner, handle.fields[Self.rehearsalField] != nil {
            self = .rehearsal(RehearsalHandle(runID: handle.runID))
        } else if handle.runner == Self.runner, let id = handle.fields[Self.containerField] {
            self = .container(ContainerHandle(runID: handle.runID, container: id))
        } else {
            throw BackendError(
                .invalid, "The handle of run \(handle.runID) is not one of runner '\(Self.runner)'.")
        }
    }

    /// The handle as the host stores it.
    var stored: RunHandle {
        switch self {
        case .container(let handle):
            RunHandle(
                runner: Self.runner, runID: handle.runID, fields: [Self.containerField: handle.container])
        case .rehearsal(let handle):
            RunHandle(runner: Self.runner, runID: handle.runID, fields: [Self.rehearsalField: "1"])
        }
    }
}
