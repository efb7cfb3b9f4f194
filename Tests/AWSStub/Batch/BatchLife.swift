/// What a job of the stub does, by the clock of its stub.
public struct BatchLife: Sendable {
    /// One start of the container.
    public struct Attempt: Sendable {
        /// How long its container runs, in seconds; nil runs until it is stopped.
        public var seconds: Double?
        /// The exit code; nil for a container that could not start. Then it has no log stream either.
        public var exitCode: Int?
        /// The reason of the container's end.
        public var reason: String?
        /// The reason of the job's status.
        public var statusReason: String

        public init(
            seconds: Double?, exitCode: Int? = 0, reason: String? = nil,
            statusReason: String = "Essential container in task exited"
        ) {
            self.seconds = seconds
            self.exitCode = exitCode
            self.reason = reason
            self.statusReason = statusReason
        }
    }

    /// Seconds from the submit, and from the end of an attempt, to the start of the next container.
    public var waiting = 2.0
    /// The attempts. The last one repeats if the job may be tried more often.
    public var attempts: [Attempt]
    /// Seconds from a termination to the end of the container.
    public var stopping = 1.0

    public init(_ attempts: [Attempt], stopping: Double = 1) {
        self.attempts = attempts
        self.stopping = stopping
    }

    /// A job that succeeds.
    public static let usual = BatchLife([Attempt(seconds: 5)])
    /// A job that runs until it is stopped.
    public static let endless = BatchLife([Attempt(seconds: nil)])
}
