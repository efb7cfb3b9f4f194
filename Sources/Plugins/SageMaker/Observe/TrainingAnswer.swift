internal import LaunchAWS
internal import LaunchPluginKit

/// The result of describing one training job.
///
/// Not a tuple with a `Result`: reading one from a task group always crashes in optimised builds of Swift 6.3.
final class TrainingAnswer: Sendable {
    let runID: RunID
    let job: TrainingHandle
    /// Nil if the job does not exist, or after an error.
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

    /// Describes all jobs, 8 at a time, and passes each answer to `take` as it arrives.
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
