/// The report at the end of a rehearsal. The runner whose request was rehearsed writes it.
public struct RehearsalReport: Sendable, Hashable, Codable {
    /// What was done as the backend does it, in sentences.
    public var reproduced: [String]
    /// What the request contains and the backend would do, but the rehearsal did not.
    public var notSimulated: [String]
    /// What would differ on the backend.
    public var differences: [String]
    /// The description of the ended job in the format of the backend's API; nil if there is none.
    public var description: JSONValue?

    public init(
        reproduced: [String] = [], notSimulated: [String] = [], differences: [String] = [],
        description: JSONValue? = nil
    ) {
        self.reproduced = reproduced
        self.notSimulated = notSimulated
        self.differences = differences
        self.description = description
    }
}

/// The input of a report: an ended rehearsal.
public struct EndedRehearsal: Sendable, Hashable {
    /// The run.
    public var runID: RunID
    /// The backend's own request.
    public var request: RunRequest
    /// The options that the submitter chose.
    public var options: RehearsalOptions
    /// The container job that was translated from the request.
    public var job: ContainerJob
    /// The timeline and the results.
    public var timeline: RehearsalTimeline

    public init(
        runID: RunID, request: RunRequest, options: RehearsalOptions, job: ContainerJob, timeline: RehearsalTimeline
    ) {
        self.runID = runID
        self.request = request
        self.options = options
        self.job = job
        self.timeline = timeline
    }
}
