internal import LaunchPluginKit

/// `HyperParameters`: the queue's values, overridden by the run's configuration, as text because SageMaker accepts only
/// text.
struct Hyperparameters {
    /// The value of `HyperParameters` in the request; nil if there are none.
    let value: JSONValue?

    init(_ template: JSONValue?, _ job: ResolvedJob) {
        guard template == nil || template == .null || template?.objectValue != nil else {
            value = template
            return
        }
        let given = Dictionary(
            uniqueKeysWithValues: job.runConfig.map { ($0, job.numeral(of: $0) ?? Self.text($1)) })
        let all = (template?.objectValue ?? [:]).mapValues(Self.text).merging(given) { $1 }
        value = all.isEmpty ? nil : .object(all.mapValues { .string($0) })
    }

    /// Text is sent as typed. Other values are sent as JSON, which AWS's training toolkit parses. The checks refuse
    /// line breaks, because SageMaker does not accept them (pattern `.*`).
    static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        return (try? JSON.canonical(value)) ?? ""
    }
}
