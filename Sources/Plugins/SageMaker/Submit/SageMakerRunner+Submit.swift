internal import AWS
public import LaunchHost

extension SageMakerRunner {
    /// Makes the training job, or takes the one that an earlier call has made from the same request.
    ///
    /// One call, unless something went wrong: the job's name is unique in account and region, so that a second
    /// `CreateTrainingJob` is refused, and the job that is there tells by its tags whether it is this request's. An instance
    /// type whose quota is smaller than what is asked for would be refused for ever: where the request has others to
    /// try, they are tried at once. Nothing was made of the refused, so the name and the tags stay, and `find` finds it.
    /// - Throws: `conflict` where the name belongs to another request.
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
                // A quota that is used up may be so by the job that another call has made on a further type.
                guard error.kind == .conflict || error.mayHaveTakenEffect || !skipped.isEmpty else {
                    throw Refusal.explained(error)
                }
                // It may be there although nobody said so.
                return try await adopted(job, of: request, runID, after: Refusal.explained(error), skipped)
            }
        }
        await watch.made(job)
        return job.handle(of: runID)
    }

    /// The instance types that the request may run on beside its own, those after it first.
    private func otherTypes(of request: RunRequest) -> [String] {
        let types = RequestNotes(request).instanceTypes
        guard let present = request.document["ResourceConfig"]?["InstanceType"]?.stringValue,
            let index = types.firstIndex(of: present)
        else { return [] }
        return (types[index...] + types[..<index]).uniqued.filter { $0 != present }
    }

    /// The job that a call made which was not answered, or an earlier one.
    private func adopted(
        _ job: TrainingHandle, of request: RunRequest, _ runID: RunID, after failure: BackendError, _ skipped: [String]
    ) async throws(BackendError) -> RunHandle {
        var failure = failure
        failure.message = (skipped + [failure.message]).joined(separator: " ")
        do throws(BackendError) {
            if let found = try await own(job, of: request, runID) { return found }
        } catch {
            // One that is somebody else's is an answer.
            guard error.category != .conflict else { throw error }
            // Not the class of this error: whoever hears "throttled" or "denied" takes it that nothing was done.
            throw BackendError(
                .transient,
                "\(failure.message) Whether \(job.name) is there cannot be told: "
                    + error.message, retryAfter: error.retryAfter)
        }
        throw failure
    }

    /// The training job of that request, whoever has made it.
    public func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        let job = try await translated { () async throws(AWSError) in try await training(of: request) }
        return try await own(job, of: request, runID)
    }

    /// The same request for the next instance type, under the attempt's own job name.
    ///
    /// Only want of instances is tried again here: spot interruptions and faults of the service are retried by SageMaker
    /// itself. Without a limit each type is tried once; with one they are tried in turn.
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
            throw AWSError(.invalid, "The request is none of runner \(Self.type), or names no training job.")
        }
        return TrainingHandle(name: name, region: try await service.region())
    }

    /// The job as the run's own; nil where there is none of that name.
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
                // Whoever may not read tags can still see what the container was told.
                return found["Environment"]?["LAUNCH_RUN_ID"]?.stringValue == runID.rawValue
            }
        }
        guard let isOwn else { return nil }
        guard isOwn else {
            throw BackendError(
                .conflict,
                "A training job \(job.name) exists in \(job.region) already, and it was made from another request.",
                hint: "Training job names are unique in account and region, also after the job has ended. "
                    + "Leave TrainingJobName out, or put ${run_id} into it.")
        }
        return job.handle(of: runID)
    }
}
