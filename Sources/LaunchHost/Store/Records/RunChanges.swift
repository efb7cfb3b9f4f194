/// What a stage adds to a run's record; nil leaves what is there.
public struct RunChanges: Sendable, Hashable {
    /// The resolve stage's value.
    public var resolved: ResolvedJob?
    /// The image stage's value.
    public var image: PinnedImage?
    /// How the image was come by, in a sentence.
    public var imageDecision: String?
    /// The render stage's value.
    public var request: RunRequest?
    /// The submit stage's value.
    public var handle: RunHandle?
    /// The finish stage's value.
    public var outcome: Outcome?
    /// The backend's own words for the state.
    public var backendStatus: String?
    /// When the container began to run; the first one given stays. Else the time of the move to `running`.
    public var startedAt: Timestamp?
    /// When the run ended; else the time of the move to the end state.
    public var endedAt: Timestamp?

    /// Whether the owner has nothing more to do with the run but to watch it. So where the backend has it, and at its end.
    var endsWork = false

    /// Whether a stage is complete: then what ended earlier owners is behind the run.
    private var completesStage: Bool { resolved != nil || image != nil || request != nil || handle != nil }

    /// Changes from their parts; without any, nothing changes.
    public init(
        resolved: ResolvedJob? = nil, image: PinnedImage? = nil, imageDecision: String? = nil,
        request: RunRequest? = nil, handle: RunHandle? = nil, outcome: Outcome? = nil, backendStatus: String? = nil,
        startedAt: Timestamp? = nil, endedAt: Timestamp? = nil
    ) {
        self.resolved = resolved
        self.image = image
        self.imageDecision = imageDecision
        self.request = request
        self.handle = handle
        self.outcome = outcome
        self.backendStatus = backendStatus
        self.startedAt = startedAt
        self.endedAt = endedAt
    }

    /// Assignments for `UPDATE runs SET …`, with as many values as `values` has.
    static let assignments = """
        resolved = coalesce(?, resolved), image = coalesce(?, image), image_decision = coalesce(?, image_decision),
        request = coalesce(?, request), handle = coalesce(?, handle), outcome = coalesce(?, outcome),
        backend_status = coalesce(?, backend_status), started_at = coalesce(started_at, ?),
        ended_at = coalesce(ended_at, ?), crashes = iif(?, 0, crashes), working = iif(?, 0, working)
        """

    /// The values of `assignments`.
    func values() throws(StoreError) -> [SQLValue] {
        [
            try .json(resolved), try .json(image), .words(imageDecision), try .json(request), try .json(handle),
            try .words(outcome), .words(backendStatus), .time(startedAt), .time(endedAt), .flag(completesStage),
            .flag(endsWork || handle != nil),
        ]
    }
}
