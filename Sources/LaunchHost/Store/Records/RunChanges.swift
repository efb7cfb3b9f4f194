/// The values that a stage adds to a run's record; nil keeps the present value.
public struct RunChanges: Sendable, Hashable {
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
    /// The backend's own text for the state.
    public var backendStatus: String?
    /// When the container started; the first value is kept. Without a value, the time of the change to `running`
    /// counts.
    public var startedAt: Timestamp?
    /// When the run ended. Without a value, the time of the change to the end state counts.
    public var endedAt: Timestamp?

    /// The text of the instances that the run occupies.
    var demand: String?

    /// Whether the owner only observes the run from now on: true after the submit, and at the end.
    var endsWork = false

    /// Whether a stage is complete. Then the crashes of earlier owners no longer count.
    private var completesStage: Bool { resolved != nil || image != nil || request != nil || handle != nil }

    /// Creates changes; without arguments, nothing changes.
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

    /// Assignments for `UPDATE runs SET …`, with as many parameters as `values` returns.
    static let assignments = """
        resolved = coalesce(?, resolved), image = coalesce(?, image), image_decision = coalesce(?, image_decision),
        request = coalesce(?, request), handle = coalesce(?, handle), outcome = coalesce(?, outcome),
        backend_status = coalesce(?, backend_status), started_at = coalesce(started_at, ?),
        ended_at = coalesce(ended_at, ?), crashes = CASE WHEN ? <> 0 THEN 0 ELSE crashes END,
        working = CASE WHEN ? <> 0 THEN 0 ELSE working END, demand = coalesce(?, demand)
        """

    /// The values of `assignments`.
    func values() throws(StoreError) -> [SQLValue] {
        [
            try .json(resolved), try .json(image), .words(imageDecision), try .json(request), try .json(handle),
            try .words(outcome), .words(backendStatus), .time(startedAt), .time(endedAt), .flag(completesStage),
            .flag(endsWork || handle != nil), .words(demand),
        ]
    }
}
