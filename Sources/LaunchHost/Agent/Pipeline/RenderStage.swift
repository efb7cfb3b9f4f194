/// The render stage: converts a resolved job and its image to the backend's own request. Pure.
public enum RenderStage {
    /// The request for `job` with `image`.
    /// - Parameter facts: the result of the runner's `facts`; empty if no service was called.
    /// - Parameter code: the code of a job with a code channel.
    /// - Throws: `BackendError` if the runner cannot render a request, or takes no code.
    public static func request(
        for job: ResolvedJob, image: PinnedImage, runner: any Runner, facts: [String: String] = [:],
        code: JobCode? = nil
    ) throws(BackendError) -> RunRequest {
        var runnable = runnable(job, image: image)
        runnable.facts = facts
        if job.source.channel != nil {
            let remote = (runner as? RehearsalRunner)?.remote ?? runner
            guard remote is any CodeCarrying else {
                throw BackendError(
                    .invalid, "Runs of resource \(job.resource) take no code channel.",
                    hint: "Build the folder into an image with --source.")
            }
            runnable.code = code ?? .unknown
        }
        var request = try runner.render(runnable)
        request.isShared = job.isShared
        return request
    }

    /// The job with its image, and with the macro of the image expanded.
    static func runnable(_ job: ResolvedJob, image: PinnedImage) -> RunnableJob {
        var job = job
        job.template = job.template.mappingStrings { text, _ in
            .string(
                Placeholders.pieces(of: text).map { piece in
                    switch piece {
                    case .text(let text): text
                    case .macro: image.reference
                    case .variable(let name): "{{\(name)}}"
                    }
                }.joined())
        }
        return RunnableJob(job: job, image: image)
    }
}
