public import LaunchPluginKit

extension SageMakerRunner: Rehearsable {
    /// The container job that a training job's request becomes.
    public func rehearsal(
        of request: RunRequest, with options: RehearsalOptions
    ) throws(BackendError) -> ContainerJob {
        try Rehearsal(request, options: options, region: service.knownRegion).containerJob()
    }

    /// The reproduced parts, the other parts, and the description that `DescribeTrainingJob` would return.
    public func report(on rehearsal: EndedRehearsal) -> RehearsalReport {
        RehearsalReportWriter.report(on: rehearsal, region: service.knownRegion)
    }
}
