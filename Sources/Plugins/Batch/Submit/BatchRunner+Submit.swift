internal import LaunchAWS
internal import LaunchConcurrency
public import LaunchPluginKit

extension BatchRunner {
    /// Submits the job, or adopts the one that an earlier call made from the same request.
    ///
    /// The job's name has the run's ID. Jobs with that name are looked for before the submit, after it, and after a lost
    /// answer; see `JobElection`. If an answer was lost and no job is found, this throws `transient` and does not submit
    /// again: the list may be late, and the host asks again. What remains is a job that Batch lists later than all of
    /// these calls.
    /// - Throws: `conflict` if the name belongs to another request.
    public func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        let batch = try BatchRequest(request)
        let cancelled = BackendError(.cancelled, "The submit of run \(runID) was cancelled.")
        return try await submits.withLock(runID, orThrow: cancelled) { () async throws(BackendError) in
            try await submitAlone(batch, runID)
        }
    }

    private func submitAlone(_ request: BatchRequest, _ runID: RunID) async throws(BackendError) -> RunHandle {
        let region = try await explained { () async throws(AWSError) in try await service.region() }
        if let found = try await existing(request, runID, region: region) { return found.handle }
        try await define(request)
        let id: String
        do throws(AWSError) {
            id = try await service.submit(.object(request.job))
        } catch {
            let failure = BatchError.explained(error)
            guard error.mayHaveTakenEffect else { throw failure }
            if let found = try? await existing(request, runID, region: region) { return found.handle }
            // Not this error's category: some categories mean that the call had no effect.
            throw BackendError(
                .transient, "\(failure.message) Whether the job \(request.name) exists is unknown.",
                hint: failure.hint, retryAfter: failure.retryAfter)
        }
        let own = JobHandle(runID: runID, id: id, name: request.name, region: region)
        // The job exists. If the check for a second one fails, the next call of submit or find makes it again.
        let elected = try? await existing(request, runID, region: region, besides: id)
        return (elected ?? own).handle
    }

    /// The job of the request, submitted by any process.
    public func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        let region = try await explained { () async throws(AWSError) in try await service.region() }
        return try await existing(try BatchRequest(request), runID, region: region)?.handle
    }

    /// The run's job. Terminates further jobs of the same request.
    /// - Parameter own: a job that was just submitted, which lists may not show yet.
    private func existing(
        _ request: BatchRequest, _ runID: RunID, region: String, besides own: String? = nil
    ) async throws(BackendError) -> JobHandle? {
        let jobs = try await explained { () async throws(AWSError) -> [BatchJob] in
            var ids = try await service.jobs(named: request.name, queue: request.queue, region: region)
            if let own, !ids.contains(own) { ids.append(own) }
            // A job alone needs no election.
            if let own, ids == [own] { return [] }
            var jobs: [BatchJob] = []
            for start in stride(from: 0, to: ids.count, by: BatchService.jobsPerCall) {
                let some = ids[start..<min(start + BatchService.jobsPerCall, ids.count)]
                jobs += try await service.describe(Array(some), region: region)
            }
            return jobs
        }
        let election = try JobElection(jobs, of: request, runID, region: region)
        guard let job = election.job else { return nil }
        for other in election.surplus {
            log.warning("terminating a second job of a run", ["run": runID.rawValue, "job": other.id, "first": job.id])
            try await explained { () async throws(AWSError) in
                try await service.terminate(
                    other.id, reason: "A second job of run \(runID); the first is \(job.id).", region: region)
            }
        }
        return JobHandle(runID: runID, id: job.id, name: job.name, region: region)
    }

    /// Registers the request's job definition unless it exists. For a definition of the user: checks that it has the
    /// run's image, because Batch cannot replace it.
    private func define(_ request: BatchRequest) async throws(BackendError) {
        let reference = request.job["jobDefinition"]?.stringValue ?? ""
        let found = try await explained { () async throws(AWSError) in try await service.definition(reference) }
        if let definition = request.definition {
            guard found == nil else { return }
            return try await explained { () async throws(AWSError) in try await service.register(definition) }
        }
        guard let found else {
            throw BackendError(
                .invalid, "There is no active job definition \(reference).",
                hint: "Look at job_definition in the queue's file; or write container_properties instead.")
        }
        let image = found["containerProperties"]?["image"]?.stringValue ?? ""
        guard [request.notes.image, request.notes.reference].contains(image) else {
            throw BackendError(
                .invalid,
                "The job definition \(reference) has the image \(Wording.quoted(image)), and the run has "
                    + "\(request.notes.image). Batch cannot replace the image of a definition.",
                hint: "Submit the run with the definition's image; or write container_properties instead of "
                    + "job_definition, then launch registers a definition with the run's image.")
        }
    }
}
