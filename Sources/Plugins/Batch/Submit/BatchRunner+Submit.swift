internal import LaunchAWS
internal import LaunchConcurrency
public import LaunchPluginKit

extension BatchRunner {
    /// Submits the job, or adopts the one that an earlier call made from the same request.
    ///
    /// A run with a definition of launch is submitted only by the process with the run's ticket; see `RunTickets`. For
    /// a definition of the user, `JobElection` alone decides between several jobs.
    ///
    /// If an answer was lost and no job is found, this throws `transient` and does not submit again: the list may be
    /// late, and the host asks again.
    /// - Throws: `conflict` if the name belongs to another request.
    public func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        let batch = try BatchRequest(request)
        let cancelled = BackendError(.cancelled, "The submit of run \(runID) was cancelled.")
        return try await submits.withLock(runID, orThrow: cancelled) { () async throws(BackendError) in
            let region = try await explained { () async throws(AWSError) in try await service.region() }
            let search = JobSearch(service, batch, runID, region: region, log: log)
            if let found = try await search.job() { return found.handle }
            guard let definition = batch.definition else { return try await submitWithOwnDefinition(search) }
            return try await submitWithTicket(search, definition)
        }
    }

    /// The job of the request, submitted by any process. Before this says that there is none, it makes sure that no
    /// process can still submit it.
    public func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        let batch = try BatchRequest(request)
        let region = try await explained { () async throws(AWSError) in try await service.region() }
        let search = JobSearch(service, batch, runID, region: region, log: log)
        if let found = try await search.job() { return found.handle }
        guard batch.definition != nil else { return nil }
        return try await search.settle(before: nil, spare: spareTickets.peek(runID))?.handle
    }

    /// Removes the run's definition. Batch itself removes the job.
    public func release(_ handle: RunHandle) async throws(BackendError) {
        _ = try JobHandle(handle)
        let name = RunTickets.name(of: handle.runID)
        try await explained { () async throws(AWSError) in
            for revision in try await service.revisions(of: name) where revision.isActive {
                try await service.deregister(name, revision: revision.number)
            }
        }
    }

    // MARK: with a definition of launch

    /// How often a call takes a new ticket because another process has ended the use of its own.
    private static let rounds = 4

    private func submitWithTicket(
        _ search: JobSearch, _ definition: JSONValue
    ) async throws(BackendError) -> RunHandle {
        let runID = search.runID
        for _ in 0..<Self.rounds {
            let ticket: RunTickets.Ticket
            if let spare = spareTickets.take(runID) {
                ticket = spare
            } else {
                ticket = try await search.takeTicket(definition)
                if let found = try await search.settle(before: ticket, spare: nil) { return found.handle }
            }
            var job = search.request.job
            job["jobDefinition"] = .string("\(search.name):\(ticket.number)")
            do throws(AWSError) {
                let id = try await service.submit(.object(job))
                await search.record(id, definition)
                return search.handle(id).handle
            } catch {
                guard !error.mayHaveTakenEffect else { return try await afterLostAnswer(error, search, definition) }
                let failure = BatchError.explained(error)
                // Batch says of a deregistered definition what it says of one that never was.
                if failure.category.disposition(in: .submit) == .fail {
                    if try await search.isUsable(ticket) {
                        await search.endUse(of: ticket)
                        throw failure
                    }
                    if let found = try await search.job() { return found.handle }
                    continue
                }
                spareTickets.keep(ticket, for: runID)
                throw failure
            }
        }
        throw BackendError(.transient, "Other processes submit the run \(runID) at the same time.")
    }

    private func afterLostAnswer(
        _ error: AWSError, _ search: JobSearch, _ definition: JSONValue
    ) async throws(BackendError) -> RunHandle {
        if let found = try? await search.job() {
            await search.record(found.id, definition)
            return found.handle
        }
        let failure = BatchError.explained(error)
        // Not this error's category: some categories mean that the call had no effect.
        throw BackendError(
            .transient, "\(failure.message) Whether the job \(search.request.name) exists is unknown.",
            hint: failure.hint, retryAfter: failure.retryAfter)
    }

    // MARK: with a definition of the user

    private func submitWithOwnDefinition(_ search: JobSearch) async throws(BackendError) -> RunHandle {
        try await checkDefinition(search.request)
        let id: String
        do throws(AWSError) {
            id = try await service.submit(.object(search.request.job))
        } catch {
            guard error.mayHaveTakenEffect else { throw BatchError.explained(error) }
            return try await afterLostAnswer(error, search, .null)
        }
        // The job exists. If the check for a second one fails, the next call of submit or find makes it again.
        let elected = try? await search.job(besides: id)
        return (elected ?? search.handle(id)).handle
    }

    /// Checks that the definition of the user has the run's image, because Batch cannot replace it.
    private func checkDefinition(_ request: BatchRequest) async throws(BackendError) {
        let reference = request.job["jobDefinition"]?.stringValue ?? ""
        guard let found = try await explained({ () async throws(AWSError) in try await service.definition(reference) })
        else {
            throw BackendError(
                .invalid, "The job definition \(reference) does not exist or is not active.",
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
