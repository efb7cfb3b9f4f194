internal import LaunchConcurrency

extension AsyncEvent {
    /// Waits with the clock of the host. Returns false if the time limit passed first, and true after a signal or a
    /// cancellation.
    @discardableResult
    func wait(upTo limit: Duration?, clock: HostClock) async -> Bool {
        await wait(upTo: limit, sleep: clock.sleep) != .timedOut
    }
}
