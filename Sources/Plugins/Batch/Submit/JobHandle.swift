internal import LaunchPluginKit

/// The content of this runner's handles.
struct JobHandle: Sendable, Hashable {
    var runID: RunID
    /// Batch's ID of the job.
    var id: String
    /// The name of the job.
    var name: String
    /// The region of the job.
    var region: String

    init(runID: RunID, id: String, name: String, region: String) {
        (self.runID, self.id, self.name, self.region) = (runID, id, name, region)
    }

    init(_ handle: RunHandle) throws(BackendError) {
        guard handle.runner == BatchRunner.type, let id = handle.fields["id"], let region = handle.fields["region"]
        else {
            throw BackendError(
                .invalid, "The handle of run \(handle.runID) is not one of runner '\(BatchRunner.type)'.")
        }
        self.init(runID: handle.runID, id: id, name: handle.fields["name"] ?? "", region: region)
    }

    var handle: RunHandle {
        RunHandle(runner: BatchRunner.type, runID: runID, fields: ["id": id, "name": name, "region": region])
    }
}
