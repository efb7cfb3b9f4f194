/// What a rehearsal says at its end, written by the runner whose request was rehearsed.
public struct RehearsalReport: Sendable, Hashable, Codable {
    /// What was done as the backend does it, in sentences.
    public var reproduced: [String]
    /// What the request asks for and the backend would take, but nothing here stands for.
    public var notSimulated: [String]
    /// What would go another way on the backend.
    public var differences: [String]
    /// The backend's own description of the ended job, as its API would answer it; nil where there is none.
    public var description: JSONValue?

    /// A report from its parts.
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

/// An ended rehearsal, as the runner sees it that reports on it.
public struct EndedRehearsal: Sendable, Hashable {
    /// The run.
    public var runID: RunID
    /// The backend's own request.
    public var request: RunRequest
    /// What the submitter asked of the rehearsal.
    public var options: RehearsalOptions
    /// What the request was taken to mean.
    public var job: ContainerJob
    /// How it went.
    public var course: RehearsalCourse

    /// An ended rehearsal from its parts.
    public init(
        runID: RunID, request: RunRequest, options: RehearsalOptions, job: ContainerJob, course: RehearsalCourse
    ) {
        self.runID = runID
        self.request = request
        self.options = options
        self.job = job
        self.course = course
    }
}
