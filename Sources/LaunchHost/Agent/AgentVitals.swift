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

    /// Whether the agent claims no more runs, because it is about to end.
    var isLeaving = false

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
        return [Self.storeName] + backends
    }

    /// How long the store and each backend have owed an answer. The store owes one from the end of a pass on.
    func silence(at now: Duration) -> [String: Duration] {
        var silence = owed.mapValues { max(.zero, now - $0) }
        if let store { silence[Self.storeName] = max(.zero, now - store) }
        return silence
    }

    private static let storeName = "store"
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

    /// Whether the agent can take runs.
    package enum Readiness: Sendable, Hashable {
        /// The store has not answered yet.
        case starting
        case ready
        /// These have not answered for longer than the limit.
        case silent([String])
        /// The agent is about to end.
        case leaving
    }

    /// Whether the agent can take runs, by the rule of the watchdog.
    package func readiness(within limit: Duration) -> Readiness {
        state.withLock { state in
            if state.isLeaving { return .leaving }
            guard state.isServing else { return .starting }
            let silent = state.silent(for: limit, at: clock.elapsed())
            return silent.isEmpty ? .ready : .silent(silent)
        }
    }

    /// How long each part has owed an answer.
    func silence() -> [String: Duration] { state.withLock { $0.silence(at: clock.elapsed()) } }

    func leaves() { state.withLock { $0.isLeaving = true } }

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
