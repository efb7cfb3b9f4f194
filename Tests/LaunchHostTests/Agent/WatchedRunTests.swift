import Foundation
import TestSupport
import Testing

@testable import LaunchAgent
@testable import LaunchCore
@testable import LaunchPluginKit
@testable import LaunchStore

/// The reducer of a live run: every event in every phase.
@Suite struct WatchedRunTests {
    private static let now = Date(timeIntervalSince1970: 1_000)
    private static let started = RunRecord.sample(
        .starting, resolved: true, image: true, request: true, handle: true)

    private static func sample(_ phase: Observation.Phase, status: String? = nil) -> Observation {
        let isEnd = [.succeeded, .failed, .stopped].contains(phase)
        return Observation(
            runID: .example, phase: phase, cause: isEnd ? Cause(.exit, "ended", exitCode: 0) : nil,
            backendStatus: status ?? phase.rawValue)
    }

    private static func record(_ state: RunState) -> RunRecord {
        RunRecord.sample(state, resolved: true, image: true, request: true, handle: true)
    }

    private func run() throws -> WatchedRun { try #require(WatchedRun(Self.started)) }

    /// A run in each phase.
    private func inEachPhase() throws -> [String: WatchedRun] {
        var live = try run()
        _ = live.receive(.observed(Self.sample(.running)), at: Self.now)
        _ = live.receive(.written(Self.record(.running)), at: Self.now)
        var writing = try run()
        _ = writing.receive(.observed(Self.sample(.running)), at: Self.now)
        var collecting = live
        _ = collecting.receive(.observed(Self.sample(.succeeded)), at: Self.now)
        var resting = collecting
        _ = resting.receive(.collectionFailed(.backend("x")), at: Self.now)
        var over = collecting
        _ = over.receive(.collected(Self.record(.succeeded)), at: Self.now)
        return ["live": live, "writing": writing, "collecting": collecting, "resting": resting, "over": over]
    }

    /// One event of each kind.
    private static let events: [WatchedRun.Event] = [
        .stopRequested(WatchedRun.Stop()), .due, .observed(sample(.stopping)), .written(record(.running)),
        .storeFailed(StoreError(.corrupt, "x")), .stopAccepted, .stopRefused(BackendError(.transient, "x")),
        .stopRested,
        .collected(record(.succeeded)), .retried(record(.submitting)), .collectionFailed(.backend("x")),
        .collectionRested,
    ]

    /// The kinds of effects of each event in each phase; no entry means that there are none.
    private static let effects: [String: [String: [String]]] = [
        "live": [
            "stopRequested": ["write"], "observed": ["changed", "write"], "storeFailed": ["log"],
            "stopAccepted": ["wake"], "stopRefused": ["log", "restAfterStop", "write"], "stopRested": ["wake"],
        ],
        "writing": [
            "storeFailed": ["log"], "stopAccepted": ["wake"], "stopRefused": ["log", "restAfterStop", "write"],
            "stopRested": ["wake"],
        ],
        "collecting": [
            "stopRequested": ["cancelCollection"], "storeFailed": ["log"], "stopAccepted": ["wake"],
            "stopRefused": ["log", "restAfterStop"], "stopRested": ["wake"], "collected": ["ended"],
            "retried": ["again"], "collectionFailed": ["log", "endWork", "restAfterCollection"],
        ],
        "resting": [
            "storeFailed": ["log"], "stopAccepted": ["wake"], "stopRefused": ["log", "restAfterStop"],
            "stopRested": ["wake"], "collectionRested": ["wake"],
        ],
        "over": [:],
    ]

    private static func name(_ value: Any) -> String { String("\(value)".prefix { $0.isLetter }) }

    @Test func `a store that is away is logged by the agent, not by each run`() throws {
        let levels = try [StoreError.Code.unreachable, .inDoubt, .unknownHost, .corrupt].map { code in
            var run = try run()
            return run.receive(.storeFailed(StoreError(code, "x")), at: Self.now).compactMap { effect in
                if case .log(let level, _, _) = effect { level } else { nil }
            }
        }
        #expect(levels == [[.debug], [.debug], [.debug], [.error]])
    }

    @Test func `each event has the listed effects in each phase, and no others`() throws {
        for (phase, run) in try inEachPhase() {
            for event in Self.events {
                var run = run
                let effects = run.receive(event, at: Self.now)
                let expected = Self.effects[phase]?[Self.name(event)] ?? []
                #expect(effects.map(Self.name) == expected, "\(phase) \(Self.name(event))")
            }
        }
    }

    @Test func `a stale token ends every phase, and nothing follows`() throws {
        for (phase, run) in try inEachPhase() where phase != "over" {
            var run = run
            #expect(run.receive(.storeFailed(StoreError(.stale, "x")), at: Self.now) == [.lost], "\(phase)")
            for event in Self.events { #expect(run.receive(event, at: Self.now).isEmpty) }
        }
    }

    @Test func `a run without a handle is not observed`() {
        #expect(WatchedRun(.sample(.submitting, request: true)) == nil)
    }

    // MARK: observations

    @Test func `a status is written once, and an earlier phase is no change`() throws {
        var run = try run()
        let changes = RunChanges(backendStatus: "Training")
        #expect(
            run.receive(.observed(Self.sample(.running, status: "Training")), at: Self.now)
                == [.changed, .write(.move(.running, nil, nil, changes))])
        var running = Self.record(.running)
        running.backendStatus = "Training"
        #expect(run.receive(.written(running), at: Self.now).isEmpty)
        #expect(run.receive(.observed(Self.sample(.running, status: "Training")), at: Self.now).isEmpty)
        #expect(run.receive(.observed(Self.sample(.starting, status: "Training")), at: Self.now).isEmpty)
        #expect(
            run.receive(.observed(Self.sample(.starting, status: "Restarting")), at: Self.now)
                == [.changed, .write(.keep(nil, RunChanges(backendStatus: "Restarting")))])
    }

    @Test func `the steps of a history are written once, before the change`() throws {
        var run = try run()
        var observation = Self.sample(.running)
        observation.message = "interrupted"
        observation.story = [PastStep(at: Self.now, phase: .starting, message: "interrupted")]
        #expect(
            run.receive(.observed(observation), at: Self.now) == [.write(.story(observation.story ?? []))])
        // The message is a step of the history and is not reported twice.
        #expect(
            run.receive(.written(nil), at: Self.now)
                == [.changed, .write(.move(.running, nil, nil, RunChanges(backendStatus: "running")))])
        #expect(run.receive(.storeFailed(StoreError(.busy, "x")), at: Self.now).count == 1)
        // After a failed write, the next observation repeats the change, and not the history.
        #expect(run.receive(.observed(observation), at: Self.now).count == 2)
    }

    @Test func `a run that is missing twice in a row is lost`() throws {
        var run = try run()
        #expect(run.receive(.observed(Self.sample(.missing)), at: Self.now) == [.changed])
        _ = run.receive(.observed(Self.sample(.starting, status: "starting")), at: Self.now)
        _ = run.receive(.written(Self.record(.starting)), at: Self.now)
        #expect(run.receive(.observed(Self.sample(.missing)), at: Self.now) == [.changed])
        #expect(run.receive(.observed(Self.sample(.missing)), at: Self.now) == [.changed, .write(.lose)])
        let failed = Self.record(.failed)
        #expect(run.receive(.written(failed), at: Self.now) == [.ended(failed)])
    }

    // MARK: stops

    @Test func `a stop is stored before it is sent, and sent once`() throws {
        var run = try run()
        let cause = Cause(.userStop, "Stopped, as ada@host asked.")
        let stop = WatchedRun.Event.stopRequested(WatchedRun.Stop(grace: .seconds(9), requester: "ada@host"))
        #expect(run.receive(stop, at: Self.now) == [.write(.move(.stopping, cause, nil, RunChanges()))])
        #expect(run.receive(.written(Self.record(.stopping)), at: Self.now) == [.stop(grace: .seconds(9))])
        #expect(run.receive(.due, at: Self.now).isEmpty)
        #expect(run.receive(stop, at: Self.now).isEmpty)
        // Only a shorter grace period is sent again.
        let longer = WatchedRun.Event.stopRequested(WatchedRun.Stop(grace: .seconds(10)))
        let shorter = WatchedRun.Event.stopRequested(WatchedRun.Stop(grace: .seconds(1)))
        #expect(run.receive(longer, at: Self.now).isEmpty)
        #expect(run.receive(shorter, at: Self.now) == [.stop(grace: .seconds(1))])
    }

    @Test func `a stop that could not be stored is not sent, and the next check repeats it`() throws {
        var run = try run()
        let first = run.receive(.stopRequested(WatchedRun.Stop()), at: Self.now)
        #expect(run.receive(.storeFailed(StoreError(.full, "x")), at: Self.now).map(Self.name) == ["log"])
        #expect(!run.isStopSent)
        #expect(run.receive(.due, at: Self.now) == first)
    }

    @Test func `a run over its time limit is stopped with the job's own grace period`() throws {
        var run = try run()
        var observation = Self.sample(.starting, status: "starting")
        observation.deadline = Self.now
        _ = run.receive(.observed(observation), at: Self.now)
        _ = run.receive(.written(Self.record(.starting)), at: Self.now)
        #expect(run.receive(.due, at: Self.now.addingTimeInterval(-1)).isEmpty)
        guard case .write(.move(.stopping, let cause?, nil, _)) = run.receive(.due, at: Self.now).first else {
            Issue.record("no stop")
            return
        }
        #expect(cause.code == .timeLimit)
        #expect(run.receive(.written(Self.record(.stopping)), at: Self.now) == [.stop(grace: nil)])
    }

    @Test func `a rejected stop is repeated at growing intervals, and reported once per category`() throws {
        var run = try run()
        _ = run.receive(.stopRequested(WatchedRun.Stop()), at: Self.now)
        _ = run.receive(.written(Self.record(.stopping)), at: Self.now)
        var rests: [Duration] = []
        var notes = 0
        for category in [BackendError.Category.transient, .transient, .transient, .denied, .denied] {
            for effect in run.receive(.stopRefused(BackendError(category, "no")), at: Self.now) {
                if case .restAfterStop(let rest) = effect { rests.append(rest) }
                if case .write(.note) = effect { notes += 1 }
            }
            #expect(run.receive(.stopRested, at: Self.now) == [.wake])
            #expect(run.receive(.due, at: Self.now) == [.stop(grace: nil)])
        }
        #expect(rests == [1, 2, 4, 1, 2].map { .seconds($0) })
        #expect(notes == 2)
    }

    // MARK: the end

    @Test func `a stop during the collection gives up the outputs, and their error does not matter`() throws {
        var run = try run()
        let end = Self.sample(.succeeded)
        #expect(run.receive(.observed(end), at: Self.now) == [.changed, .collect(end)])
        #expect(run.receive(.stopRequested(WatchedRun.Stop()), at: Self.now) == [.cancelCollection])
        #expect(run.receive(.collectionFailed(.backend("cancelled")), at: Self.now) == [.giveUp(end)])
        // A store that does not accept the end is awaited; the outputs stay given up.
        let busy = WatchedRun.Event.collectionFailed(.store(StoreError(.busy, "x")))
        #expect(run.receive(busy, at: Self.now).last == .restAfterCollection(.seconds(5)))
        #expect(run.receive(.collectionRested, at: Self.now) == [.wake])
        #expect(run.receive(.observed(end), at: Self.now) == [.changed, .giveUp(end)])
        let stopped = Self.record(.stopped)
        #expect(run.receive(.collected(stopped), at: Self.now) == [.ended(stopped)])
    }

    @Test func `a stop during the wait after a failed collection does not lose the log`() throws {
        var run = try run()
        let end = Self.sample(.failed)
        _ = run.receive(.observed(end), at: Self.now)
        _ = run.receive(.collectionFailed(.backend("no route")), at: Self.now)
        #expect(run.receive(.stopRequested(WatchedRun.Stop()), at: Self.now).isEmpty)
        _ = run.receive(.collectionRested, at: Self.now)
        #expect(run.receive(.observed(end), at: Self.now) == [.changed, .collect(end)])
    }

    @Test func `the waits between two collections grow to a minute`() throws {
        var run = try run()
        var rests: [Duration] = []
        for _ in 0..<6 {
            _ = run.receive(.observed(Self.sample(.failed)), at: Self.now)
            for effect in run.receive(.collectionFailed(.backend("x")), at: Self.now) {
                if case .restAfterCollection(let rest) = effect { rests.append(rest) }
            }
            _ = run.receive(.collectionRested, at: Self.now)
        }
        #expect(rests == [5, 10, 20, 40, 60, 60].map { .seconds($0) })
    }

    // MARK: random walks

    /// Random events in a random order; writes are answered at once, as the observer does.
    @Test func `no walk sends a stop before it is stored, has an effect after the end, or leaves an end state`() {
        var ends = 0
        for seed in UInt64(0)..<3_000 {
            var random = SeededRandom(seed: seed)
            var stored = Self.started
            guard var run = WatchedRun(stored) else { return }
            var collections = 0
            for _ in 0..<60 {
                let wasOver = run.phase == .over
                var events: [WatchedRun.Event] = [Self.event(&random, isCollecting: collections > 0)]
                while let event = events.popLast() {
                    switch event {
                    case .collected, .retried, .collectionFailed: collections -= 1
                    default: break
                    }
                    for effect in run.receive(event, at: Date(timeIntervalSince1970: Double(seed % 7))) {
                        #expect(!wasOver, "seed \(seed): \(effect) after the end")
                        switch effect {
                        case .write(let write):
                            events = [Self.answer(write, &stored, &random, seed)]
                        case .stop: #expect(stored.state == .stopping, "seed \(seed)")
                        case .collect, .giveUp:
                            collections += 1
                            #expect(collections == 1, "seed \(seed): two collections")
                        case .ended, .again, .lost: ends += 1
                        default: break
                        }
                    }
                }
                #expect(run.phase == .over || run.state == stored.state, "seed \(seed)")
            }
        }
        #expect(ends > 1_000)
    }

    private static func event(_ random: inout SeededRandom, isCollecting: Bool) -> WatchedRun.Event {
        if isCollecting, random.oneIn(3) {
            if random.oneIn(3) { return .collectionFailed(.backend("x")) }
            if random.oneIn(4) { return .collectionFailed(.store(StoreError(random.oneIn(2) ? .stale : .busy, "x"))) }
            return random.oneIn(3) ? .retried(record(.submitting)) : .collected(record(.failed))
        }
        let phases: [Observation.Phase] = [.starting, .running, .running, .stopping, .failed, .missing]
        switch Int.random(in: 0..<7, using: &random) {
        case 0: return .stopRequested(WatchedRun.Stop(grace: random.oneIn(2) ? nil : .seconds(random.oneIn(2) ? 1 : 9)))
        case 1: return .due
        case 2: return random.oneIn(2) ? .stopAccepted : .stopRefused(BackendError(.transient, "x"))
        case 3: return random.oneIn(2) ? .stopRested : .collectionRested
        default:
            var observation = sample(
                random.oneIn(8) ? .failed : phases.randomElement(using: &random) ?? .running,
                status: random.oneIn(2) ? "a" : "b")
            if random.oneIn(3) { observation.deadline = Date(timeIntervalSince1970: 3) }
            if random.oneIn(3) { observation.story = [PastStep(at: now, phase: .running, message: "x")] }
            return .observed(observation)
        }
    }

    /// The answer of a store that fails at random.
    private static func answer(
        _ write: WatchedRun.Write, _ stored: inout RunRecord, _ random: inout SeededRandom, _ seed: UInt64
    ) -> WatchedRun.Event {
        if random.oneIn(6) { return .storeFailed(StoreError(random.oneIn(8) ? .stale : .busy, "x")) }
        switch write {
        case .move(let state, _, _, let changes):
            #expect(stored.state.mayBecome(state), "seed \(seed): \(stored.state) to \(state)")
            stored.state = state
            stored.backendStatus = changes.backendStatus ?? stored.backendStatus
        case .keep(_, let changes): stored.backendStatus = changes.backendStatus ?? stored.backendStatus
        case .lose: stored.state = .failed
        case .note, .story: return .written(nil)
        }
        return .written(stored)
    }
}
