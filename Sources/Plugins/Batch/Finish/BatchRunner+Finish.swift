internal import FoundationEssentials
internal import LaunchAWS
public import LaunchPluginKit

extension BatchRunner {
    /// Facts about the ended job. What it wrote elsewhere, such as in S3, stays there.
    public func finish(
        _ handle: RunHandle, of request: RunRequest, into folder: String
    ) async throws(BackendError) -> Outcome {
        let job = try JobHandle(handle)
        let found = try await explained { () async throws(AWSError) in
            try await service.describe(job.id, region: job.region)
        }
        var outcome = Outcome(facts: [Outcome.Fact("job", "\(job.id) in \(job.region)")])
        guard let found else { return outcome }
        if let size = found.arraySize {
            let counts = found.children.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            outcome.facts.append(
                Outcome.Fact("array", "\(size) jobs: " + counts.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
            )
        }
        if found.attempts.count > 1 {
            outcome.facts.append(Outcome.Fact("attempts", "\(found.attempts.count) of at most \(found.mostAttempts)"))
        }
        if let begin = found.attempts.last?.startedAt, let end = found.attempts.last?.stoppedAt, begin <= end {
            outcome.facts.append(Outcome.Fact("last attempt", "\(Int64(saturating: end.timeIntervalSince(begin))) s"))
        }
        if found.logDriver != "awslogs" {
            outcome.warnings.append(
                "The job's log driver is \(found.logDriver), so its output is not in CloudWatch Logs and is not kept.")
        }
        return outcome
    }
}
