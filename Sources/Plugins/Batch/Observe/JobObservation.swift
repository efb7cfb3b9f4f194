internal import FoundationEssentials
internal import LaunchPluginKit

extension BatchJob {
    /// What the host records about the job. Pure.
    func observation(of runID: RunID) -> Observation {
        let (phase, cause) = standing
        // A job that is tried again has begun, whatever its present status is.
        let began = attempts.first?.startedAt ?? startedAt
        var observation = Observation(
            runID: runID, phase: phase, cause: cause, backendStatus: words, message: hasEnded ? nil : statusReason,
            story: story, startedAt: began)
        if hasEnded {
            let end = stoppedAt ?? attempts.last?.stoppedAt ?? began ?? createdAt
            observation.endedAt = max(end ?? Date(timeIntervalSince1970: 0), began ?? .distantPast)
        }
        return observation
    }

    private var standing: (phase: Observation.Phase, cause: Cause?) {
        switch status {
        case "SUCCEEDED":
            guard let arraySize else { return (.succeeded, Cause(.exit, "It ended with exit code 0.", exitCode: 0)) }
            return (.succeeded, Cause(.exit, "All \(arraySize) jobs of the array succeeded.", exitCode: 0))
        case "FAILED":
            return isTerminated ? (.stopped, Cause(.userStop, ended("The job was terminated"))) : (.failed, failure)
        case _ where isTerminated: return (.stopping, nil)
        case "RUNNING": return (.running, nil)
        // SUBMITTED, PENDING, RUNNABLE, STARTING. The parent of an array is PENDING while its children run.
        default: return (hasBegun ? .running : .starting, nil)
        }
    }

    private var hasBegun: Bool {
        !attempts.isEmpty || ["RUNNING", "SUCCEEDED", "FAILED"].contains { children[$0, default: 0] > 0 }
    }

    /// Why the job failed, from the reasons of its last attempt. The texts are those of Batch and ECS.
    private var failure: Cause {
        let last = attempts.last
        let code = last?.exitCode
        let container = last?.reason ?? ""
        let status = statusReason ?? last?.statusReason ?? ""
        if let arraySize {
            return Cause(.exit, "\(children["FAILED", default: 0]) of \(arraySize) jobs of the array failed.")
        }
        if status.contains("attempt duration exceeded timeout") {
            return Cause(.timeLimit, ended("It exceeded its time limit"), exitCode: code)
        }
        if container.hasPrefix("OutOfMemory") {
            return Cause(.outOfMemory, ended("It used more memory than its limit"), exitCode: code)
        }
        if container.hasPrefix("CannotPull") {
            return Cause(.image, ended("The image cannot be pulled"), exitCode: code)
        }
        if status.hasPrefix("Host EC2") || container.hasPrefix("Host EC2") {
            return Cause(.interrupted, ended("The instance was reclaimed or has failed"), exitCode: code)
        }
        if let code, code != 0 { return Cause(.exit, ended("It ended with exit code \(code)"), exitCode: code) }
        return Cause(.submit, ended("Batch could not run the job"), exitCode: code)
    }

    /// A sentence with the reasons that Batch gives.
    private func ended(_ words: String) -> String {
        var reasons: [String] = []
        for reason in [attempts.last?.reason, statusReason ?? attempts.last?.statusReason].compactMap(\.self)
        where !reasons.contains(reason) && !reason.hasPrefix("Essential container in task exited") {
            reasons.append(reason)
        }
        return reasons.isEmpty ? "\(words)." : "\(words): \(reasons.joined(separator: "; "))"
    }

    private var words: String {
        if let arraySize {
            let counts = children.filter { $0.value > 0 }.sorted { $0.key < $1.key }
                .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            return "\(status), array of \(arraySize)\(counts.isEmpty ? "" : ": \(counts)")"
        }
        return mostAttempts > 1 ? "\(status), attempt \(max(1, attempts.count)) of at most \(mostAttempts)" : status
    }

    /// The attempts that Batch repeated.
    private var story: [PastStep]? {
        let failed = (hasEnded ? attempts.dropLast() : attempts[...]).enumerated().compactMap { index, attempt in
            attempt.stoppedAt.map { end in
                let reason = attempt.reason ?? attempt.statusReason
                return PastStep(
                    at: end, phase: .running,
                    message: "attempt \(index + 1) of at most \(mostAttempts) ended"
                        + (attempt.exitCode.map { " with exit code \($0)" } ?? "") + (reason.map { ": \($0)" } ?? ""))
            }
        }
        return failed.isEmpty ? nil : failed
    }
}
