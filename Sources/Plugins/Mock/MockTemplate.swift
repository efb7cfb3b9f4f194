internal import LaunchPluginKit

/// The settings of a mock run in a queue's template.
struct MockTemplate {
    static let fields: [Field] = [
        Field(
            "run_for", .duration, default: .integer(0), example: "10s",
            help: "The duration of the run."),
        Field("until", .string, help: "A file. The run ends when the file exists; run_for has no effect."),
        Field("start_after", .duration, default: .integer(0), help: "The time between the submit and the start."),
        Field("exit_code", .integer(0...255), default: .integer(0), help: "The exit code."),
        Field("out_of_memory", .boolean, default: .bool(false), help: "Whether it ends as out of memory."),
        Field(
            "ignores_stop", .boolean, default: .bool(false),
            help: "Whether it ignores SIGTERM and ends only after the grace period."),
        Field("time_limit", .duration, help: "The time limit."),
        Field("log_lines", .integer(0...1_000_000_000), default: .integer(0), help: "The number of lines in the log."),
        Field(
            "log_line_bytes", .integer(1...1_048_576), help: "The length of each line; without it, lines are 'line N'."),
        Field(
            "prepare_for", .duration, default: .integer(0), help: "The duration of the preparation before the submit."),
        Field("prepare_error", .choice(errors), help: "The class of the error that ends the preparation."),
        Field(
            "submit", .choice(Submit.allCases.map(\.rawValue)), default: .string(Submit.ok.rawValue),
            help:
                "The result of submit: it works, fails once or always, loses its reply after the effect, or never replies."
        ),
        Field(
            "submit_error", .choice(errors), default: .string("transient"),
            help: "The class of the error when submit fails."),
        Field(
            "instance_type", .string, example: "mock.large",
            help: "The type of the instances that the run occupies, for the limits of a queue."),
        Field("instance_count", .integer(1...100_000), default: .integer(1), help: "The number of these instances."),
        Field("metrics", .map(.number(-1e300...1e300)), help: "The final metrics."),
        Field("cost", .number(0...1e9), help: "The cost that the backend reports."),
        Field("currency", .string, default: .string("USD"), help: "The currency of the cost."),
    ]

    private static let errors = [
        "transient", "throttled", "capacity", "quota", "unauthenticated", "denied", "invalid", "configuration",
    ]

    enum Submit: String, CaseIterable {
        case ok
        case failOnce = "fail-once"
        case failAlways = "fail-always"
        case loseAnswer = "lose-answer"
        case block
    }

    let values: JSONValue

    init(_ values: JSONValue) {
        self.values = values
    }

    var runFor: Double { values["run_for"]?.doubleValue ?? 0 }
    var until: String? { values["until"]?.stringValue }
    var startAfter: Double { values["start_after"]?.doubleValue ?? 0 }
    var exitCode: Int { Int(values["exit_code"]?.integerValue ?? 0) }
    var outOfMemory: Bool { values["out_of_memory"]?.boolValue ?? false }
    var ignoresStop: Bool { values["ignores_stop"]?.boolValue ?? false }
    var timeLimit: Double? { values["time_limit"]?.doubleValue }
    var logLines: Int { Int(values["log_lines"]?.integerValue ?? 0) }
    var logLineBytes: Int? { values["log_line_bytes"]?.integerValue.map { Int($0) } }
    var submit: Submit { values["submit"]?.stringValue.flatMap(Submit.init(rawValue:)) ?? .ok }

    var prepareFor: Double { values["prepare_for"]?.doubleValue ?? 0 }
    var prepareError: BackendError.Category? { values["prepare_error"].map(Self.category) }
    var submitError: BackendError.Category { Self.category(values["submit_error"]) }

    var demand: [InstanceDemand] {
        guard let type = values["instance_type"]?.stringValue else { return [] }
        let count = Int(clamping: values["instance_count"]?.integerValue ?? 1)
        return [InstanceDemand(type: type, count: count, path: FieldPath([.member("instance_count")]))]
    }

    private static func category(_ value: JSONValue?) -> BackendError.Category {
        switch value?.stringValue {
        case "throttled": .throttled
        case "capacity": .capacity
        case "quota": .quota
        case "unauthenticated": .unauthenticated
        case "denied": .denied
        case "invalid": .invalid
        case "configuration": .configuration
        default: .transient
        }
    }

    var cost: Outcome.Cost? {
        values["cost"]?.doubleValue.map { Outcome.Cost($0, values["currency"]?.stringValue ?? "USD") }
    }

    var metrics: [String: Double] {
        values["metrics"]?.objectValue?.compactMapValues(\.doubleValue) ?? [:]
    }
}
