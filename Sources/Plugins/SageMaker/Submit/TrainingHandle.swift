internal import LaunchAWS
internal import LaunchPluginKit

/// The content of this runner's handles.
struct TrainingHandle: Sendable, Hashable {
    /// The name of the training job.
    var name: String
    /// The region of the training job.
    var region: String

    init(name: String, region: String) {
        self.name = name
        self.region = region
    }

    init(_ handle: RunHandle) throws(BackendError) {
        guard handle.runner == SageMakerRunner.type, let name = handle.fields["name"],
            let region = handle.fields["region"]
        else {
            throw BackendError(
                .invalid, "The handle of run \(handle.runID) is not one of runner '\(SageMakerRunner.type)'.")
        }
        self.init(name: name, region: region)
    }

    /// The URL of the job's page in its partition's console.
    var page: String? {
        Partition.of(region: region)?.consoleURL(region: region, page: "sagemaker/home", fragment: "/jobs/\(name)")
    }

    func handle(of runID: RunID) -> RunHandle {
        RunHandle(runner: SageMakerRunner.type, runID: runID, fields: ["name": name, "region": region])
    }
}
