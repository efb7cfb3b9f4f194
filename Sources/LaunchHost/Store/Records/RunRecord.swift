/// Everything that the store knows of one run.
public struct RunRecord: Sendable, Hashable, Codable, Identifiable {
    /// The run's ID.
    public var id: RunID
    /// Its place in the order of submission, from 1; never used twice.
    public var sequence: Int64
    /// The queue; nil for a run without one.
    public var queue: String?
    /// The type of the runner.
    public var resource: String
    /// The name for people.
    public var name: String
    /// The project.
    public var project: String
    /// Who submitted it.
    public var author: String
    /// How urgent it is.
    public var priority: Priority
    /// Where it stands.
    public var state: RunState
    /// Why it is there, where there is more to say than the state does.
    public var cause: Cause?
    /// The backend's own words for its state.
    public var backendStatus: String?
    /// What was asked for.
    public var spec: LaunchSpec
    /// What the resolve stage made of it.
    public var resolved: ResolvedJob?
    /// What the image stage made of it.
    public var image: PinnedImage?
    /// How the image was come by, in a sentence.
    public var imageDecision: String?
    /// What the render stage made of it.
    public var request: RunRequest?
    /// What the submit stage made of it.
    public var handle: RunHandle?
    /// What the finish stage made of it.
    public var outcome: Outcome?
    /// Who holds it, or held it last; nil where nobody does.
    public var owner: OwnerID?
    /// Counts the changes of owner. Whoever writes shows the token of its claim; an older one is refused.
    public var claimToken: Int64
    /// How often it went back to its queue after work had begun.
    public var attempts: Int
    /// Since when its backend has refused it, for quota, throttling or want of a service; nil once it was taken.
    public var waitingSince: Timestamp?
    /// The attempts of the backend that ended before the present one, oldest first.
    public var pastAttempts: [PastAttempt]?
    /// When somebody asked for its end.
    public var stopRequestedAt: Timestamp?
    /// Who asked for it: `ada@host`.
    public var stopRequestedBy: String?
    /// How long it then has between the polite and the forced end, in seconds.
    public var stopGraceSeconds: Int?
    /// When it was submitted.
    public var submittedAt: Timestamp
    /// When it may be claimed at the earliest.
    public var notBefore: Timestamp?
    /// When it was claimed last.
    public var claimedAt: Timestamp?
    /// When its container began to run.
    public var startedAt: Timestamp?
    /// When it reached its end state.
    public var endedAt: Timestamp?
    /// How many owners ended while they worked on its present stage.
    public var crashes: Int
    /// Which of its stored values cannot be read, and why; nil where all can. The record does without them.
    public var damage: String?
}

/// An attempt of the backend at a run that ended without being the run's end.
public struct PastAttempt: Sendable, Hashable, Codable {
    /// What it was in the backend.
    public var handle: RunHandle
    /// Why it ended.
    public var cause: Cause?
    /// The backend's own words for its end.
    public var backendStatus: String
    /// When its container began to run, where it ever did.
    public var startedAt: Timestamp?
    /// When it ended.
    public var endedAt: Timestamp

    public init(
        handle: RunHandle, cause: Cause?, backendStatus: String, startedAt: Timestamp?, endedAt: Timestamp
    ) {
        self.handle = handle
        self.cause = cause
        self.backendStatus = backendStatus
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}

extension RunRecord {
    /// Reads the row where its ID is one; nil for a row that no run can have, which must not hide the others.
    static func readable(_ row: Row) throws(StoreError) -> RunRecord? {
        row.runID == nil ? nil : try RunRecord(row)
    }

    /// Reads a row of the table `runs` with all its columns.
    ///
    /// A value that cannot be read is left out and noted in `damage`: one such row must not hide the others, or end an
    /// agent.
    /// - Throws: `.corrupt` where the ID is not a run ID.
    init(_ row: Row) throws(StoreError) {
        var values = StoredValues(row)
        let ranks = Priority.allCases
        let rank = Int(clamping: try row.integer("priority"))
        id = try row.word("id")
        sequence = try row.integer("sequence")
        queue = row.optionalText("queue")
        resource = try row.text("resource")
        name = try row.text("name")
        project = try row.text("project")
        author = try row.text("author")
        priority = ranks.indices.contains(rank) ? ranks[rank] : .medium
        state = values.state()
        cause = values.json("cause")
        backendStatus = row.optionalText("backend_status")
        spec =
            values.required("spec")
            ?? LaunchSpec(
                source: .image(""), name: name, project: project, entity: author, author: author, resource: resource,
                queue: queue, priority: priority)
        resolved = values.json("resolved")
        image = values.json("image")
        imageDecision = row.optionalText("image_decision")
        request = values.json("request")
        handle = values.json("handle")
        outcome = values.json("outcome")
        owner = row.optionalText("owner").flatMap { OwnerID(rawValue: $0) }
        claimToken = try row.integer("claim_token")
        attempts = Int(clamping: try row.integer("attempts"))
        waitingSince = row.optionalTime("waiting_since")
        pastAttempts = values.json("past_attempts")
        stopRequestedAt = row.optionalTime("stop_requested_at")
        stopRequestedBy = row.optionalText("stop_requested_by")
        stopGraceSeconds = row.optionalInteger("stop_grace").map { Int(clamping: $0) }
        submittedAt = try row.time("submitted_at")
        notBefore = row.optionalTime("not_before")
        claimedAt = row.optionalTime("claimed_at")
        startedAt = row.optionalTime("started_at")
        endedAt = row.optionalTime("ended_at")
        crashes = Int(clamping: row.optionalInteger("crashes") ?? 0)
        damage = values.damage
    }
}
