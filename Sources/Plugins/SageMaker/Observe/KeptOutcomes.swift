internal import LaunchHost

/// Outcomes of ended jobs that wait for `finish`, so that an end costs one call. Where none comes, because the run is tried
/// again, the oldest give way.
struct KeptOutcomes {
    private static let limit = 1000

    private var outcomes: [String: Outcome] = [:]
    private var order: [String] = []

    mutating func keep(_ outcome: Outcome, of name: String) {
        outcomes[name] = outcome
        order.append(name)
        if order.count > Self.limit { outcomes[order.removeFirst()] = nil }
    }

    /// Gives it away, once.
    mutating func take(of name: String) -> Outcome? { outcomes.removeValue(forKey: name) }
}
