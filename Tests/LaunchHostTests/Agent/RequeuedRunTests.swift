import Dispatch
import Foundation
import LaunchHost
import Synchronization
import Testing

/// A run that goes back to its queue may be claimed again before the agent notes that its first drive has ended.
///
/// The test holds the first drive between its write to the store and its end, until the second claim. It holds the
/// second drive until the agent has decided after the end of the first one whether it is done.
@Suite struct RequeuedRunTests {
    @Test func `a drained agent waits for the second drive of a run whose first one ends late`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let id = try await bench.submit(
            "q", source: .code(.init(snapshot: "s", origin: "/src", dockerfile: "Dockerfile")))
        let gates = Gates()
        let agent = Agent(
            Agent.Settings(queues: ["q"], maxJobs: nil, drain: true), store: bench.store, backends: bench.backends,
            contexts: gates, clock: gates.clock, log: Logger { gates.note($0) })
        let owner = try await bench.store.becomeOwner(kind: "agent")
        let end = try await withTaskExecutorPreference(OwnThreads()) { try await agent.run(as: owner) }
        #expect(end == .done)
        #expect(gates.wasHeld, "the first drive was never held, so the test proves nothing")
        await #expect(try bench.states(of: id).count { $0 == .claimed } == 2)
        #expect(try await bench.store.run(id).cause?.message.contains(Gates.lastWords) == true)
    }
}

/// Threads of the test's own, so that a held drive does not occupy one that other tests need.
private final class OwnThreads: TaskExecutor {
    private let queue = DispatchQueue(label: "requeued run", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }
}

/// Provides the context of the run's source, and with it the two failures; holds the drives.
private final class Gates: ContextProvider {
    static let lastWords = "The second drive is over."

    private struct State {
        var attempts = 0
        /// The task of the first drive, and how often it has read the clock since its failure.
        var firstDrive: Int?
        var reads = 0
        var wasHeld = false
        var claims = 0
        /// How often the agent has begun to wait since the end of the first drive; nil before that end.
        var waits: Int?
    }

    private let state = Mutex(State())
    private let secondClaim = DispatchSemaphore(value: 0)
    private let (decided, decide) = AsyncStream.makeStream(of: Void.self)

    var wasHeld: Bool { state.withLock { $0.wasHeld } }

    func context(of source: Source, fetching: Bool) async throws(BackendError) -> SourceContext? {
        let task = withUnsafeCurrentTask { $0?.hashValue }
        let isFirst = state.withLock { state in
            state.attempts += 1
            if state.attempts == 1 { state.firstDrive = task }
            return state.attempts == 1
        }
        if isFirst { throw BackendError(.transient, "The first drive is over.", retryAfter: .zero) }
        for await _ in decided {}
        throw BackendError(.invalid, Self.lastWords)
    }

    /// An hour before the store's clock, so that the requeued run is ready at once. After its failure, the first drive
    /// reads the clock to decide about it, then writes the decision, and then reads the clock again: it is held there.
    var clock: HostClock {
        HostClock(
            now: { [self] in
                let task = withUnsafeCurrentTask { $0?.hashValue }
                let isHeld = state.withLock { state in
                    guard task != nil, state.firstDrive == task else { return false }
                    state.reads += 1
                    if state.reads == 2 { state.wasHeld = true }
                    return state.reads == 2
                }
                if isHeld { secondClaim.wait() }
                return Date(timeIntervalSinceNow: -3600)
            },
            // Durations are not counted as reads.
            elapsed: HostClock.system.elapsed,
            sleep: { [self] _ in
                // The first wait may follow a decision from before the end of the first drive; the second cannot.
                let isDecided = state.withLock { state in
                    state.waits = state.waits.map { $0 + 1 }
                    return state.waits == 2
                }
                if isDecided { decide.finish() }
                try await Task.sleep(for: .milliseconds(1))
            })
    }

    func note(_ record: Logger.Record) {
        switch record.message {
        case "run taken":
            if state.withLock({ state in
                state.claims += 1
                return state.claims == 2
            }) {
                secondClaim.signal()
            }
        case "run queued": state.withLock { $0.waits = 0 }
        // An agent that forgot the second drive ends without it.
        case "agent done": decide.finish()
        default: break
        }
    }
}
