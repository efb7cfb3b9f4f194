internal import AWS
internal import LaunchHost

/// What came of asking for one training job by itself.
///
/// No tuple with a `Result`: read out of a task group, that crashes in optimised builds of Swift 6.3, each time.
final class TrainingAnswer: Sendable {
    let runID: RunID
    let job: TrainingHandle
    /// Nil where there is no such job, or an error.
    let description: JSONValue?
    let failure: AWSError?

    private init(_ runID: RunID, _ job: TrainingHandle, _ service: TrainingService) async {
        (self.runID, self.job) = (runID, job)
        do throws(AWSError) {
            (description, failure) = (try await service.describe(job), nil)
        } catch {
            (description, failure) = (nil, error)
        }
    }

    /// Asks for all, a few at once, and hands each answer on as it comes.
    static func forAll(
        _ jobs: [(runID: RunID, job: TrainingHandle)], from service: TrainingService,
        isolation: isolated (any Actor)? = #isolation, _ take: (TrainingAnswer) -> Void
    ) async {
        var waiting = jobs[...]
        await withTaskGroup(of: TrainingAnswer.self) { group in
            func add() {
                guard let (runID, job) = waiting.popFirst() else { return }
                group.addTask { await TrainingAnswer(runID, job, service) }
            }
            for _ in 0..<8 { add() }
            for await answer in group {
                take(answer)
                add()
            }
        }
    }
}
