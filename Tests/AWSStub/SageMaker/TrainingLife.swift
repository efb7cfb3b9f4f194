/// The life of a training job of the stub from its creation. Everything reported about the job follows from it and
/// the time.
public struct TrainingLife: Sendable {
    /// A phase of a life.
    public struct Step: Sendable {
        /// The duration.
        public var seconds: Double
        /// SageMaker's `SecondaryStatus`: Starting, Pending, Downloading, Training, Interrupted, Uploading, …
        public var status: String
        /// The `StatusMessage`.
        public var message: String

        /// Without a message, the status's usual one applies.
        public init(_ status: String, seconds: Double, _ message: String? = nil) {
            self.seconds = seconds
            self.status = status
            self.message = message ?? Self.messages[status] ?? status
        }

        static let messages = [
            "Starting": "Preparing the instances for training", "Pending": "Waiting for compute capacity",
            "Downloading": "Downloading the training image",
            "Training": "Training image download completed. Training in progress.",
            "Uploading": "Uploading generated training model", "Interrupted": "Managed spot instances were interrupted",
            "Restarting": "Restarting the training job", "Stopping": "Stopping the training job",
            "Completed": "Training job completed", "Failed": "Training job failed", "Stopped": "Training job stopped",
            "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
            "MaxWaitTimeExceeded": "Training job runtime exceeded MaxWaitTimeInSeconds provided",
        ]
    }

    /// How it ends if it is not stopped.
    public enum End: Sendable, Hashable {
        /// Successfully.
        case completed
        /// With this `FailureReason`, of which at most 1,024 characters are reported.
        case failed(String)
        /// Stopped by the service because of `StoppingCondition`.
        case maxRuntimeExceeded
        /// Stopped by the service because of `StoppingCondition`.
        case maxWaitTimeExceeded
        /// Never: the last step has no end.
        case never
    }

    /// The steps, at least one.
    public var steps: [Step]
    /// How it ends.
    public var end: End
    /// The last values of its metrics.
    public var metrics: [(name: String, value: Double)] = []
    /// The time from a stop to the end, in seconds.
    public var stopping = 2.0
    /// The billed share of its running time; nil is 0.3 for managed spot training and 1 otherwise.
    public var billableShare: Double?
    /// True if the request's `StoppingCondition` may end it early.
    public var honoursStoppingCondition = false

    public init(_ steps: [Step], end: End = .completed) {
        self.steps = steps.isEmpty ? [Step("Starting", seconds: 0)] : steps
        self.end = end
    }

    /// A job that passes all stages and ends successfully after the given number of seconds.
    public static func usual(seconds: Double = 300, end: End = .completed) -> TrainingLife {
        TrainingLife(
            [
                Step("Starting", seconds: seconds * 0.2), Step("Downloading", seconds: seconds * 0.1),
                Step("Training", seconds: seconds * 0.6), Step("Uploading", seconds: seconds * 0.1),
            ], end: end)
    }

    /// A job that fails in training after the given number of seconds.
    public static func failing(_ reason: String, seconds: Double = 300) -> TrainingLife {
        var life = usual(seconds: seconds, end: .failed(reason))
        life.steps.removeLast()
        return life
    }

    /// A job that trains until it is stopped.
    public static let endless = TrainingLife(
        [Step("Starting", seconds: 60), Step("Downloading", seconds: 30), Step("Training", seconds: 0)], end: .never)

    /// A job on spot instances with the given number of interruptions, and the given number of seconds between two of
    /// them.
    public static func interrupted(times: Int = 1, seconds: Double = 100, end: End = .completed) -> TrainingLife {
        let start = [
            Step("Starting", seconds: seconds * 0.2), Step("Downloading", seconds: seconds * 0.1),
            Step("Training", seconds: seconds * 0.5),
        ]
        let interruption = [Step("Interrupted", seconds: seconds * 0.1), Step("Restarting", seconds: seconds * 0.1)]
        let tries = (0..<times).flatMap { _ in start + interruption }
        return TrainingLife(tries + start + [Step("Uploading", seconds: seconds * 0.2)], end: end)
    }

    /// A job that gets no instances.
    public static func withoutCapacity(after seconds: Double = 60) -> TrainingLife {
        TrainingLife(
            [
                Step("Starting", seconds: seconds / 2),
                Step(
                    "Starting", seconds: seconds / 2,
                    "Insufficient capacity error from EC2 while launching instances, retrying!"),
            ], end: .failed(capacityError))
    }

    /// SageMaker's message for missing capacity.
    public static let capacityError =
        "CapacityError: Unable to provision requested ML compute capacity. "
        + "Please retry using a different ML instance type."
}
