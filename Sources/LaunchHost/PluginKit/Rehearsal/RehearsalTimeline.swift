/// The timeline and the results of a container job with a rehearsal plan: what its runner knows beyond state and cause.
/// The report is made from it.
public struct RehearsalTimeline: Sendable, Hashable, Codable {
    /// The statuses in order; the last one is the end.
    public var steps: [Step]
    /// The ends of the containers; those of an interrupted attempt come first.
    public var hosts: [HostEnd]
    /// The end phase.
    public var phase: Observation.Phase
    /// The cause of the end.
    public var cause: Cause?
    /// The content of the failure file, up to its limit; nil if there was no such file.
    public var failure: String?
    /// The results that were kept, with their locations.
    public var results: [Outcome.Output]
    /// The last value of each metric.
    public var metrics: [String: Double]
    /// Deviations from the request, in sentences: no GPU on this machine, a limit that is larger than the machine, a
    /// name that two hosts wrote.
    public var notes: [String]
    /// The resources that the containers got. Nil if no container was created, or if an older program wrote the record.
    public var resources: ContainerJob.Resources?
    /// The name of the input that was not available, if the job failed because of one.
    public var failedInput: String?

    public init(
        steps: [Step] = [], hosts: [HostEnd] = [], phase: Observation.Phase, cause: Cause? = nil,
        failure: String? = nil,
        results: [Outcome.Output] = [], metrics: [String: Double] = [:], notes: [String] = [],
        resources: ContainerJob.Resources? = nil, failedInput: String? = nil
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
        self.failedInput = failedInput
    }

    /// The status of a container job with a rehearsal plan. The raw values appear in `Observation.backendStatus`.
    public enum Status: String, Sendable, Hashable, Codable {
        /// Containers and their network are being created.
        case starting = "Starting"
        /// Inputs are being downloaded and placed.
        case downloading = "Downloading"
        /// All hosts have started; the time limit counts from here.
        case training = "Training"
        /// Results are being packed and copied to their destinations.
        case uploading = "Uploading"
        /// A stop is under way.
        case stopping = "Stopping"
        /// The drill has interrupted the hosts.
        case interrupted = "Interrupted"
        /// The containers of the next attempt are being created.
        case restarting = "Restarting"
        /// Ended successfully.
        case completed = "Completed"
        /// Ended with a failure.
        case failed = "Failed"
        /// Ended because it was stopped.
        case stopped = "Stopped"
    }

    /// A period with one status.
    public struct Step: Sendable, Hashable, Codable {
        /// The status of the period.
        public var status: Status
        /// A sentence with details or progress.
        public var message: String
        /// When the period began.
        public var startedAt: Timestamp
        /// When the next period began; nil for the last.
        public var endedAt: Timestamp?

        public init(_ status: Status, _ message: String, startedAt: Timestamp, endedAt: Timestamp? = nil) {
            self.status = status
            self.message = message
            self.startedAt = startedAt
            self.endedAt = endedAt
        }
    }

    /// The end of one container.
    public struct HostEnd: Sendable, Hashable, Codable {
        /// The name of the host.
        public var name: String
        /// The number of the attempt, from 1.
        public var attempt: Int
        /// 0 to 255; nil if the container never started.
        public var exitCode: Int?
        /// When the container started.
        public var startedAt: Timestamp?
        /// When the container ended.
        public var endedAt: Timestamp?

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
