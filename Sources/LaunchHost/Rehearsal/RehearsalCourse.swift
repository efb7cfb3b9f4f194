/// How a container job with surroundings went: what its runner knows of it beside state and cause, for whoever reports.
public struct RehearsalCourse: Sendable, Hashable, Codable {
    /// What it did, in order; the last is how it ended.
    public var steps: [Step]
    /// How each container ended, those of an interrupted attempt first.
    public var hosts: [HostEnd]
    /// The end.
    public var phase: Observation.Phase
    /// Why.
    public var cause: Cause?
    /// What stood in the failure file, as much as is kept of it; nil where there was none.
    public var failure: String?
    /// What was kept, with the place of each.
    public var results: [Outcome.Output]
    /// The last values of metrics.
    public var metrics: [String: Double]
    /// What went other than asked, in sentences: no GPU here, a limit that is larger than the machine, a name that two
    /// hosts wrote.
    public var notes: [String]
    /// What the containers were given of what was asked for; nil where none was made, or an older program wrote it down.
    public var resources: ContainerJob.Resources?

    /// A course from its parts.
    public init(
        steps: [Step] = [], hosts: [HostEnd] = [], phase: Observation.Phase, cause: Cause? = nil,
        failure: String? = nil,
        results: [Outcome.Output] = [], metrics: [String: Double] = [:], notes: [String] = [],
        resources: ContainerJob.Resources? = nil
    ) {
        self.steps = steps
        self.hosts = hosts
        self.phase = phase
        self.cause = cause
        self.failure = failure
        self.results = results
        self.metrics = metrics
        self.notes = notes
        self.resources = resources
    }

    /// What a container job with surroundings does at a time. The raw values are what `Observation.backendStatus` says.
    public enum Status: String, Sendable, Hashable, Codable {
        /// Containers and their network are being made.
        case starting = "Starting"
        /// Inputs are being fetched and placed.
        case downloading = "Downloading"
        /// All hosts have been started; the time limit counts from here.
        case training = "Training"
        /// Results are being packed and put where they belong.
        case uploading = "Uploading"
        /// A stop is under way.
        case stopping = "Stopping"
        /// The drill has interrupted the hosts.
        case interrupted = "Interrupted"
        /// The containers of the next attempt are being made.
        case restarting = "Restarting"
        /// Ended well.
        case completed = "Completed"
        /// Ended badly.
        case failed = "Failed"
        /// Ended because it was stopped.
        case stopped = "Stopped"
    }

    /// A time in which the status was one.
    public struct Step: Sendable, Hashable, Codable {
        /// What it did.
        public var status: Status
        /// A sentence: what exactly, or how far it is.
        public var message: String
        /// When it began.
        public var startedAt: Timestamp
        /// When the next began; nil for the last.
        public var endedAt: Timestamp?

        /// A step from its parts.
        public init(_ status: Status, _ message: String, startedAt: Timestamp, endedAt: Timestamp? = nil) {
            self.status = status
            self.message = message
            self.startedAt = startedAt
            self.endedAt = endedAt
        }
    }

    /// The end of one container.
    public struct HostEnd: Sendable, Hashable, Codable {
        /// The host.
        public var name: String
        /// Which attempt, from 1.
        public var attempt: Int
        /// 0 to 255; nil where it never started.
        public var exitCode: Int?
        /// When it began to run.
        public var startedAt: Timestamp?
        /// When it ended.
        public var endedAt: Timestamp?

        /// An end from its parts.
        public init(
            name: String, attempt: Int = 1, exitCode: Int?, startedAt: Timestamp? = nil, endedAt: Timestamp? = nil
        ) {
            self.name = name
            self.attempt = attempt
            self.exitCode = exitCode
            self.startedAt = startedAt
            self.endedAt = endedAt
        }
    }
}
