internal import LaunchPluginKit

/// Outcomes of ended jobs, kept until `finish` takes them, so that an end costs one call. `finish` is not called for a
/// run that is retried, so the oldest outcomes above the limit are dropped.
struct OutcomeCache {
    private static let limit = 1000

    private var outcomes: [String: Outcome] = [:]
    private var order: [String] = []

    mutating func keep(_ outcome: Outcome, of name: String) {
        outcomes[name] = outcome
        order.append(name)
        if order.count > Self.limit { outcomes[order.removeFirst()] = nil }
    }

    /// Removes the outcome and returns it.
    mutating func take(of name: String) -> Outcome? { outcomes.removeValue(forKey: name) }
}
