internal import LaunchHost

/// `HyperParameters`: the queue's, and on top of them the run's configuration, all as the text that SageMaker wants.
struct Hyperparameters {
    /// The member; nil where there are none.
    let value: JSONValue?

    init(_ template: JSONValue?, _ runConfig: [String: JSONValue]) {
        guard template == nil || template == .null || template?.objectValue != nil else {
            value = template
            return
        }
        let all = (template?.objectValue ?? [:]).merging(runConfig) { $1 }
        value = all.isEmpty ? nil : .object(all.mapValues { .string(Self.text($0)) })
    }

    /// Text is sent as typed. Everything else is JSON, which AWS's training toolkit reads. The checks refuse a line break,
    /// because SageMaker takes none (pattern `.*`).
    static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        return (try? JSON.canonical(value)) ?? ""
    }
}
