/// Waits until a condition holds, asking again in short intervals; false when the time is over first.
public func eventually(
    within limit: Duration = .seconds(600), _ condition: @Sendable () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while true {
        if try await condition() { return true }
        guard ContinuousClock.now < deadline else { return false }
        try? await Task.sleep(for: .milliseconds(5))
    }
}
