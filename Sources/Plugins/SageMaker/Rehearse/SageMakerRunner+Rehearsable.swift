public import LaunchHost

extension SageMakerRunner: Rehearsable {
    /// What the containers of the training job are.
    public func rehearsal(
        of request: RunRequest, with options: RehearsalOptions
    ) throws(BackendError) -> ContainerJob {
        try Rehearsal(request, options: options, region: service.knownRegion).containerJob()
    }

    /// What was as on SageMaker, what was not, and the job as `DescribeTrainingJob` would tell of it.
    public func report(on rehearsal: EndedRehearsal) -> RehearsalReport {
        RehearsalReportWriter.report(on: rehearsal, region: service.knownRegion)
    }
}
