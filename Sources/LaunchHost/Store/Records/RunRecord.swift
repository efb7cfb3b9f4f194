/// The stored state of one run.
public struct RunRecord: Sendable, Hashable, Codable, Identifiable {
    /// The run's ID.
    public var id: RunID
    /// Its number in the order of submission, from 1; never used twice.
    public var sequence: Int64
    /// The queue; nil for a run without one.
    public var queue: String?
    /// The type of the runner.
    public var resource: String
    /// The name that people see.
    public var name: String
    /// The project.
    public var project: String
    /// The account that submitted the run.
    public var author: String
    /// The priority in the queue.
    package var priority: Priority
    /// The state of the run.
    package var state: RunState
    /// The cause of the state, if there is one.
    public var cause: Cause?
    /// The backend's own text for the state.
    public var backendStatus: String?
    /// The launch spec of the submitter.
    package var spec: LaunchSpec
    /// The result of the resolve stage.
    public var resolved: ResolvedJob?
    /// The result of the image stage.
    public var image: PinnedImage?
    /// How the image was chosen, in a sentence.
    public var imageDecision: String?
    /// The result of the render stage.
    public var request: RunRequest?
    /// The result of the submit stage.
    public var handle: RunHandle?
    /// The result of the finish stage.
    public var outcome: Outcome?
    /// The owner, or the last one; nil if no process has held the run.
    public var owner: OwnerID?
    /// The fencing token: counts the changes of owner. Each write carries the token of its claim; a write with an older
    /// token is refused.
    public var fencingToken: Int64
    /// The number of requeues after work had begun.
    public var attempts: Int
    /// Since when the backend refuses the run for quota, throttling or an unavailable service; nil after it was
    /// accepted.
    public var waitingSince: Timestamp?
    /// The attempts that ended before the present one, oldest first.
    public var pastAttempts: [PastAttempt]?
    /// When a stop was requested.
    public var stopRequestedAt: Timestamp?
    /// Who requested the stop: `ada@host`.
    public var stopRequestedBy: String?
    /// The grace period of the requested stop, in seconds.
    public var stopGraceSeconds: Int?
    /// When the run was submitted.
    public var submittedAt: Timestamp
    /// The earliest time of a claim.
    public var notBefore: Timestamp?
    /// When the run was last claimed.
    public var claimedAt: Timestamp?
    /// When its container started.
    public var startedAt: Timestamp?
    /// When the run reached its end state.
    public var endedAt: Timestamp?
    /// The number of owners that ended while they worked on the present stage.
    public var crashes: Int
    /// Which of its stored values cannot be read, and why; nil if all can. The record lacks these values.
    public var damage: String?
    /// The instances that it occupies; none if they are unknown, or no queue can limit them. An archived record lacks
    /// them.
    package var demand = RunDemand.none
    /// Whether the owner works on the run, so that it counts as a crash if the owner ends now. An archived record lacks
    /// it.
    package var isWorkedOn = false
    /// Whether the server does not show the run's details to this user: only its author, the owners of its queue and
    /// viewers read them. The record lacks them.
    package var isHidden = false

    /// The names in archived records. `claimToken` is the older name of the fencing token.
    private enum CodingKeys: String, CodingKey {
        case id, sequence, queue, resource, name, project, author, priority, state, cause, backendStatus, spec
        case resolved, image, imageDecision, request, handle, outcome, owner, attempts, waitingSince, pastAttempts
        case stopRequestedAt, stopRequestedBy, stopGraceSeconds, submittedAt, notBefore, claimedAt, startedAt
        case endedAt, crashes, damage
        case fencingToken = "claimToken"
    }
}

/// An attempt that ended before the end of the run.
public struct PastAttempt: Sendable, Hashable, Codable {
    /// The handle of the attempt in the backend.
    public var handle: RunHandle
    /// Why the attempt ended.
    public var cause: Cause?
    /// The backend's own text for the end.
    public var backendStatus: String
    /// When its container started, if it did.
    public var startedAt: Timestamp?
    /// When the attempt ended.
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
    /// Reads the row if its ID is valid; nil for any other row, which must not hide the valid ones.
    static func readable(_ row: Row) throws(StoreError) -> RunRecord? {
        row.runID == nil ? nil : try RunRecord(row)
    }

    /// Reads a row of the table `runs` with all its columns.
    ///
    /// A value that cannot be read is omitted and recorded in `damage`: such a row must not hide the others, or end an
    /// agent.
    /// - Throws: `.corrupt` if the ID is not a run ID.
    init(_ row: Row) throws(StoreError) {
        var values = StoredValues(row)
        id = try row.word("id")
        sequence = try row.integer("sequence")
        queue = row.optionalText("queue")
        resource = try row.text("resource")
        name = try row.text("name")
        project = try row.text("project")
        author = try row.text("author")
        priority = Priority(rank: Int(clamping: try row.integer("priority")))
        state = values.state()
        cause = values.json("cause")
        backendStatus = row.optionalText("backend_status")
        // The column is never NULL but in the views of users who may not read the run.
        isHidden = row.isNull("spec")
        spec =
            (isHidden ? nil : values.required("spec"))
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
        fencingToken = try row.integer("claim_token")
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
        isWorkedOn = row.optionalInteger("working") == 1
        damage = values.damage
        demand = row.optionalText("demand").flatMap { RunDemand(text: $0) } ?? .none
    }
}
