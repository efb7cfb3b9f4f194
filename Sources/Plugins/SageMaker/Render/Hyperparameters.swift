internal import LaunchHost

/// `HyperParameters`: the queue's, and on top of them the run's configuration, all as the text that SageMaker wants.
struct Hyperparameters {
    /// The member; nil where there are none.
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

    /// Text is sent as typed. Everything else is JSON, which AWS's training toolkit reads. The checks refuse a line break,
    /// because SageMaker takes none (pattern `.*`).
    static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        return (try? JSON.canonical(value)) ?? ""
    }
}
