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

    /// Text stays as it is. Everything else is JSON, which is what AWS's training toolkit reads; so is text with a line
    /// break, because SageMaker takes none (pattern `.*`).
    static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value, !text.contains(where: \.isNewline) { return text }
        return (try? JSON.canonical(value)) ?? ""
    }
}
