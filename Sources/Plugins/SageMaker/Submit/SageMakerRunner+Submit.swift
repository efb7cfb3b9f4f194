internal import LaunchAWS
public import LaunchPluginKit

extension SageMakerRunner {
    /// Creates the training job, or adopts the one that an earlier call created from the same request.
    ///
    /// Without errors this is one call. The job's name is unique in account and region, so a second `CreateTrainingJob`
    /// is refused, and the tags of the existing job show whether it belongs to this request. If an instance type's
    /// quota is smaller than the request, waiting cannot help, so the request's other types are tried at once. A
    /// refused call creates nothing, so the name and the tags stay the same, and `find` finds the job.
    /// - Throws: `conflict` if the name belongs to another request.
    public func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        let job = try await translated { () async throws(AWSError) in try await training(of: request) }
        var document = request.document
        var others = otherTypes(of: request)[...]
        var skipped: [String] = []
        while true {
            do throws(AWSError) {
                try await service.create(document)
                break
            } catch {
                if let quota = Quota(error), quota.isOutOfReach, let next = others.popFirst() {
                    log.warning(
                        "no quota for this instance type, the next is tried",
                        ["run": runID.rawValue, "quota": quota.description, "next": next])
                    skipped.append(quota.description)
                    document = InstanceTypeChecks.with(next, document)
                    continue
                }
                // A concurrent call may have created the job on a further type and used up the quota.
                guard error.kind == .conflict || error.mayHaveTakenEffect || !skipped.isEmpty else {
                    throw Refusal.explained(error)
                }
                // The job may exist although the call had no answer.
                return try await adopted(job, of: request, runID, after: Refusal.explained(error), skipped)
            }
        }
        await watch.made(job)
        return job.handle(of: runID)
    }

    /// The other instance types of the request, beginning with those after its own.
    private func otherTypes(of request: RunRequest) -> [String] {
        let types = RequestNotes(request).instanceTypes
        guard let present = request.document["ResourceConfig"]?["InstanceType"]?.stringValue,
            let index = types.firstIndex(of: present)
        else { return [] }
        return (types[index...] + types[..<index]).uniqued.filter { $0 != present }
    }

    /// The job that an unanswered or earlier call created.
    private func adopted(
        _ job: TrainingHandle, of request: RunRequest, _ runID: RunID, after failure: BackendError, _ skipped: [String]
    ) async throws(BackendError) -> RunHandle {
        var failure = failure
        failure.message = (skipped + [failure.message]).joined(separator: " ")
        do throws(BackendError) {
            if let found = try await own(job, of: request, runID) { return found }
        } catch {
            // A job of another request is a definite answer.
            guard error.category != .conflict else { throw error }
            // Not this error's category: "throttled" and "denied" mean that the call had no effect.
            throw BackendError(
                .transient,
                "\(failure.message) Whether \(job.name) exists is unknown: "
                    + error.message, retryAfter: error.retryAfter)
        }
        throw failure
    }

    /// The training job of the request, created by any process.
    public func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        let job = try await translated { () async throws(AWSError) in try await training(of: request) }
        return try await own(job, of: request, runID)
    }

    /// The same request for the next instance type, with the attempt's own job name.
    ///
    /// Only a lack of capacity is retried here; SageMaker itself retries spot interruptions and faults of the service.
    /// Without a limit, each type is tried once; with a limit, the types are tried in turn.
    public func nextAttempt(
        _ number: Int, after request: RunRequest, _ end: Observation, limit: Int?
    ) -> NextAttempt? {
        guard end.cause?.code == .capacity, case .object(var document) = request.document else { return nil }
        var notes = RequestNotes(request)
        let present = document["ResourceConfig"]?["InstanceType"]?.stringValue
        let types = notes.instanceTypes.isEmpty ? [present].compactMap(\.self) : notes.instanceTypes
        guard !types.isEmpty, limit != nil || number <= types.count else { return nil }
        let type = types[(number - 1) % types.count]
        guard let runID = RunTags.value(RunTags.run, in: request.document).flatMap({ RunID(rawValue: $0) }) else {
            return nil
        }
        notes.attempt = number
        var resources = document["ResourceConfig"]?.objectValue ?? [:]
        resources["InstanceType"] = .string(type)
        document["ResourceConfig"] = .object(resources)
        let name =
            notes.givenName.map { TrainingJobName(given: $0, attempt: number) }
            ?? TrainingJobName(
                project: RunTags.value(RunTags.project, in: request.document) ?? "", runID: runID, attempt: number)
        document["TrainingJobName"] = .string(name.description)
        let tags = (document["Tags"]?.arrayValue ?? []).filter { $0["Key"]?.stringValue != RunTags.attempt }
        document["Tags"] = .array(tags + [RunTags.tag(RunTags.attempt, String(number))])
        var next = request
        next.document = .object(document)
        return NextAttempt(RunTags.fingerprinted(next, notes: notes), "on \(type), as \(name)")
    }

    private func training(of request: RunRequest) async throws(AWSError) -> TrainingHandle {
        guard request.runner == Self.type, let name = request.document["TrainingJobName"]?.stringValue else {
            throw AWSError(.invalid, "The request is not for runner \(Self.type), or names no training job.")
        }
        return TrainingHandle(name: name, region: try await service.region())
    }

    /// The handle of the job if it belongs to the run; nil if no job has that name.
    private func own(
        _ job: TrainingHandle, of request: RunRequest, _ runID: RunID
    ) async throws(BackendError) -> RunHandle? {
        let isOwn = try await translated { () async throws(AWSError) -> Bool? in
            guard let found = try await service.describe(job) else { return nil }
            do throws(AWSError) {
                let tags = try await service.tags(of: found["TrainingJobArn"]?.stringValue ?? "", region: job.region)
                return tags[RunTags.fingerprint] == RunTags.value(RunTags.fingerprint, in: request.document)
            } catch {
                guard error.kind == .auth else { throw error }
                // Without the permission to read tags, the container's environment identifies the run.
                return found["Environment"]?["LAUNCH_RUN_ID"]?.stringValue == runID.rawValue
            }
        }
        guard let isOwn else { return nil }
        guard isOwn else {
            throw BackendError(
                .conflict,
                "A training job \(job.name) exists in \(job.region) already, and it was made from another request.",
                hint: "Training job names stay unique in account and region, even after the job has ended. "
                    + "Leave TrainingJobName out, or put ${run_id} into it.")
        }
        return job.handle(of: runID)
    }
}
