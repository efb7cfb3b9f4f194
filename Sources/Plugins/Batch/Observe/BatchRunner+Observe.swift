internal import LaunchAWS
public import LaunchPluginKit

extension BatchRunner {
    /// Calls `DescribeJobs` once for each hundred jobs of a region.
    public func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        var jobs: [String: [JobHandle]] = [:]
        for handle in handles {
            do throws(BackendError) {
                let job = try JobHandle(handle)
                jobs[job.region, default: []].append(job)
            } catch {
                // One unreadable handle must not hide the other runs.
                log.error("a run cannot be watched", ["run": handle.runID.rawValue, "error": error.message])
            }
        }
        var found: [Observation] = []
        var failure: BackendError?
        for (region, jobs) in jobs.sorted(by: { $0.key < $1.key }) {
            for start in stride(from: 0, to: jobs.count, by: BatchService.jobsPerCall) {
                let group = jobs[start..<min(start + BatchService.jobsPerCall, jobs.count)]
                do throws(AWSError) {
                    found += observations(of: group, try await service.describe(group.map(\.id), region: region))
                } catch {
                    failure = BatchError.explained(error)
                }
            }
        }
        // What was learned before an error is returned. If nothing was learned, the error is thrown.
        if let failure {
            guard !found.isEmpty else { throw failure }
            log.debug("Batch did not answer in full", ["error": failure.message])
        }
        return found
    }

    private func observations(of handles: ArraySlice<JobHandle>, _ jobs: [BatchJob]) -> [Observation] {
        let known = Dictionary(jobs.map { ($0.id, $0) }) { first, _ in first }
        return handles.map { handle in
            guard let job = known[handle.id] else {
                return Observation(
                    runID: handle.runID, phase: .missing,
                    cause: Cause(
                        .lost,
                        "Batch in \(handle.region) does not know the job \(handle.id). It forgets jobs some time after their end."
                    ),
                    backendStatus: "Unknown")
            }
            return job.observation(of: handle.runID)
        }
    }

    /// Calls `TerminateJob`, which also cancels a job that has not started. The grace period is that of ECS; `grace` is
    /// ignored.
    public func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        let job = try JobHandle(handle)
        try await explained { () async throws(AWSError) in
            do throws(AWSError) {
                try await service.terminate(job.id, reason: "Stopped by launch.", region: job.region)
            } catch {
                guard error.kind == .invalid || error.kind == .notFound,
                    try await service.describe(job.id, region: job.region)?.hasEnded ?? true
                else { throw error }
                // A job that has ended, or that Batch does not know, is stopped.
            }
        }
    }
}
