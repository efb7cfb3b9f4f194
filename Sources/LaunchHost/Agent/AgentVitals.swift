internal import LaunchConcurrency
internal import Synchronization

/// Since when the store and the backends of an agent owe it an answer.
struct Liveness: Sendable, Hashable {
    /// When the store answered all calls of a pass; nil before the first one.
    private var store: Duration?
    /// When the first of the calls began that a backend has not answered.
    private var owed: [String: Duration] = [:]

    /// Whether the agent serves its queues: the store has answered once.
    var isServing: Bool { store != nil }

    mutating func storeAnswered(at now: Duration) { store = now }

    mutating func asked(_ backend: String, at now: Duration) {
        if owed[backend] == nil { owed[backend] = now }
    }

    mutating func answered(_ backend: String) { owed[backend] = nil }

    /// The backends, and the store, that have not answered for longer than `limit`. A backend that is not asked is not
    /// silent.
    func silent(for limit: Duration, at now: Duration) -> [String] {
        let backends = owed.filter { now - $0.value > limit }.keys.sorted()
        guard let store, now - store > limit else { return backends }
        return ["store"] + backends
    }
}

/// What an agent knows about the store and the backends that it works with, for a watchdog.
public final class AgentVitals: Sendable {
    private let state = Mutex(Liveness())
    private let serving = AsyncEvent()
    private let clock: HostClock

    init(clock: HostClock) { self.clock = clock }

    /// Waits until the agent serves its queues, or the task is cancelled. One task may wait.
    public func untilServing() async { await serving.wait(upTo: nil, clock: clock) }

    /// The names of the backends, and `store`, that have not answered the agent for longer than `limit`. A refusal is an
    /// answer.
    public func silent(for limit: Duration) -> [String] {
        state.withLock { $0.silent(for: limit, at: clock.elapsed()) }
    }

    func storeAnswered() {
        let isFirst = state.withLock { state in
            defer { state.storeAnswered(at: clock.elapsed()) }
            return !state.isServing
        }
        if isFirst { serving.signal() }
    }

    func asked(_ backend: String) { state.withLock { $0.asked(backend, at: clock.elapsed()) } }

    func answered(_ backend: String) { state.withLock { $0.answered(backend) } }
}

extension BackendError {
    /// Whether the backend has answered: it was reached, and refused.
    var isAnswer: Bool { category != .unavailable }
}
