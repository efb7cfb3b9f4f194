/// The render stage: a resolved job and its image become the backend's own request. Pure.
public enum RenderStage {
    /// The request of `job` with `image`.
    /// - Parameter facts: what the runner's `facts` answered; empty where no service was asked.
    /// - Throws: `BackendError` where the runner can make no request of it at all.
    public static func request(
        for job: ResolvedJob, image: PinnedImage, runner: any Runner, facts: [String: String] = [:]
    ) throws(BackendError) -> RunRequest {
        var runnable = runnable(job, image: image)
        runnable.facts = facts
        var request = try runner.render(runnable)
        request.isShared = job.isShared
        return request
    }

    /// `job` with its image, and the image's macro filled in.
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
