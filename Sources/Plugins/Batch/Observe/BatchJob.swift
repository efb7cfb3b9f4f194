internal import FoundationEssentials
internal import LaunchPluginKit

/// A job as `DescribeJobs` reports it. Missing and impossible values are nil.
struct BatchJob: Sendable, Hashable {
    /// One start of the container.
    struct Attempt: Sendable, Hashable {
        var startedAt: Date?
        var stoppedAt: Date?
        var exitCode: Int?
        /// The container's reason: "OutOfMemoryError: Container killed due to memory usage".
        var reason: String?
        /// Batch's reason: "Essential container in task exited".
        var statusReason: String?
        /// The log stream. A container that never ran has none.
        var stream: String?
    }

    var id: String
    var arn: String?
    var name: String
    var status: String
    var statusReason: String?
    var createdAt: Date?
    var startedAt: Date?
    var stoppedAt: Date?
    /// The attempts that have ended, and after them the present one, once its container runs.
    var attempts: [Attempt]
    /// How often Batch starts the job at most.
    var mostAttempts: Int
    /// The number of children of an array; nil for any other job.
    var arraySize: Int?
    /// The number of children of an array in each status.
    var children: [String: Int]
    var isTerminated: Bool
    var tags: [String: String]
    /// The run's ID in the container's environment.
    var runID: String?
    /// The log group of the definition, if it names one.
    var logGroup: String?
    /// The region of the logs, if the definition names one.
    var logRegion: String?
    /// `awslogs` unless the definition has another driver.
    var logDriver: String

    /// The largest array (`ArrayProperties`, size). A larger number would be a loop over jobs that cannot exist.
    private static let mostChildren = 10_000

    var hasEnded: Bool { status == "SUCCEEDED" || status == "FAILED" }

    init?(_ value: JSONValue) {
        guard let id = value["jobId"]?.stringValue, !id.isEmpty else { return nil }
        self.id = id
        arn = value["jobArn"]?.stringValue
        name = value["jobName"]?.stringValue ?? ""
        status = value["status"]?.stringValue ?? ""
        statusReason = Self.text(value["statusReason"])
        (createdAt, startedAt, stoppedAt) = (
            Self.date(value["createdAt"]), Self.date(value["startedAt"]), Self.date(value["stoppedAt"])
        )
        mostAttempts = Self.number(value["retryStrategy"]?["attempts"]) ?? 1
        arraySize = Self.number(value["arrayProperties"]?["size"]).map { min($0, Self.mostChildren) }
        children = (value["arrayProperties"]?["statusSummary"]?.objectValue ?? [:]).compactMapValues(Self.number)
        isTerminated = value["isTerminated"]?.boolValue == true || value["isCancelled"]?.boolValue == true
        tags = (value["tags"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        let container = value["container"]
        runID =
            container?["environment"]?.arrayValue?.first { $0["name"]?.stringValue == "LAUNCH_RUN_ID" }?["value"]?
            .stringValue
        let logs = container?["logConfiguration"]
        logDriver = Self.text(logs?["logDriver"]) ?? "awslogs"
        logGroup = Self.text(logs?["options"]?["awslogs-group"])
        logRegion = Self.text(logs?["options"]?["awslogs-region"])

        var attempts = (value["attempts"]?.arrayValue ?? []).map { attempt in
            Attempt(
                startedAt: Self.date(attempt["startedAt"]), stoppedAt: Self.date(attempt["stoppedAt"]),
                exitCode: Self.exitCode(attempt["container"]), reason: Self.text(attempt["container"]?["reason"]),
                statusReason: Self.text(attempt["statusReason"]),
                stream: Self.text(attempt["container"]?["logStreamName"]))
        }
        // While an attempt runs, only `container` has its stream.
        if let stream = Self.text(container?["logStreamName"]), !attempts.contains(where: { $0.stream == stream }) {
            let last = Attempt(
                startedAt: startedAt, stoppedAt: stoppedAt, exitCode: Self.exitCode(container),
                reason: Self.text(container?["reason"]), statusReason: statusReason, stream: stream)
            attempts.append(last)
        }
        self.attempts = attempts
        if attempts.last?.exitCode == nil, let code = Self.exitCode(container), hasEnded, !attempts.isEmpty {
            self.attempts[attempts.count - 1].exitCode = code
        }
    }

    private static func text(_ value: JSONValue?) -> String? {
        value?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func number(_ value: JSONValue?) -> Int? {
        value?.integerValue.flatMap { $0 >= 0 ? Int(exactly: $0) : nil }
    }

    private static func exitCode(_ container: JSONValue?) -> Int? {
        number(container?["exitCode"]).flatMap { (0...255).contains($0) ? $0 : nil }
    }

    /// Milliseconds since 1970.
    private static func date(_ value: JSONValue?) -> Date? {
        value?.doubleValue.flatMap { $0 > 0 ? Date(reportedSeconds: $0 / 1000) : nil }
    }
}
