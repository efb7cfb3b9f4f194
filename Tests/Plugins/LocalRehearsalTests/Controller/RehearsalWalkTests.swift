import LaunchHost
import Testing

@testable import LaunchLocalRehearsal

/// Walks at random through the state machine, with a model of the controller: it does the work that the machine asks
/// for, lets it fail, stops the job, and replaces the process at any moment.
@Suite("Random walks through the state machine of a rehearsal")
struct RehearsalWalkTests {
    @Test(arguments: 0..<64)
    func `Each walk ends; each stage was stored before its work; hosts that run are collected`(_ seed: UInt64) {
        for number in 0..<20 {
            var walk = Walk(seed: seed * 100 + UInt64(number))
            walk.run()
            #expect(walk.faults.isEmpty, "walk \(seed * 100 + UInt64(number)): \(walk.faults) \(walk.path)")
        }
    }
}

/// SplitMix64.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

private struct Walk {
    typealias Machine = RehearsalMachine

    private var dice: Dice
    private let rules: Machine.Rules
    private var machine: Machine
    private var stored = RehearsalState()
    private var clock: Int64 = 1_700_000_000_000
    /// True while containers of the attempt run.
    private var hostsRun = false
    private var sawRunningHosts = false
    private var stopsLeft = 2
    private var crashesLeft = 3
    /// The process is replaced: nothing that the current one still does counts.
    private var hasCrashed = false

    private(set) var faults: [String] = []
    private(set) var path: [String] = []

    init(seed: UInt64) {
        dice = Dice(state: seed)
        rules = Machine.Rules(
            drill: dice.chance(50) ? .init(afterSeconds: 1, graceSeconds: 1) : nil, hasPipes: dice.chance(40))
        machine = Machine(rules: rules)
    }

    mutating func run() {
        send(.owned(nil))
        for _ in 0..<2_000 where !machine.hasEnded {
            hasCrashed = false
            let didFail = step()
            if hasCrashed {
                // The next process continues with what was stored.
                machine = Machine(stored, rules: rules)
                send(.owned(stored))
            } else if !didFail {
                send(.stepSucceeded)
            }
        }
        check(machine.hasEnded, "the walk does not end")
        check(stored == machine.state, "the end is not stored")
        check(!hostsRun, "hosts run after the end")
        let state = machine.state
        let statuses = state.timeline.steps.map(\.status)
        check([.completed, .failed, .stopped].contains(statuses.last), "no end in \(statuses)")
        check(state.timeline.steps.dropLast().allSatisfy { $0.endedAt != nil }, "an open step")
        check(state.attempt == 1 || (state.attempt == 2 && state.drill != nil), "attempt \(state.attempt)")
        if state.timeline.phase == .stopped { check(state.stop != nil, "stopped without a stop") }
        if state.timeline.phase == .succeeded { check(sawRunningHosts, "succeeded without hosts") }
        let before = machine
        for event in [Machine.Event.stepBegins(order: nil), .stopOrdered(.init()), .drillDue] {
            send(event)
            check(machine.state.timeline == before.state.timeline, "\(event) changes the end")
        }
    }

    private mutating func check(_ isTrue: Bool, _ fault: String) {
        if !isTrue { faults.append(fault) }
    }

    /// One round of the controller's loop. True if it failed.
    private mutating func step() -> Bool {
        send(.stepBegins(order: nil))
        guard let work = pending else { return false }
        pending = nil
        check(stored.stage == machine.state.stage || machine.state.stage == .preparing, "\(work) before it is stored")
        interrupt()
        if hasCrashed { return true }
        if dice.chance(15) { return fail() }
        switch work {
        case .prepare:
            send(.prepared)
        case .start: return start()
        case .run: return watch()
        case .collect: return collect()
        }
        return false
    }

    private var pending: Machine.Work?

    private mutating func start() -> Bool {
        send(.starting)
        interrupt()
        if hasCrashed { return true }
        check(stored.attemptStartedAt != nil, "hosts start before it is stored")
        if dice.chance(5) {
            send(.startRefused)
            hostsRun = false
            send(.failed(BackendError(.invalid, "refused")))
            return true
        }
        hostsRun = true
        sawRunningHosts = true
        interrupt()
        if hasCrashed { return true }
        send(.started)
        return false
    }

    private mutating func watch() -> Bool {
        if dice.chance(2) {
            hostsRun = false
            send(.hostsLost)
            return false
        }
        send(.hostsFound)
        interrupt()
        if hasCrashed { return true }
        if rules.drill != nil, dice.chance(60) { send(.drillDue) }
        interrupt()
        if hasCrashed { return true }
        hostsRun = false
        send(.hostsEnded)
        send(.stopsEnded(foundHost: dice.chance(80), order: dice.chance(5) ? .init(graceSeconds: 1) : nil))
        if dice.chance(10) { return fail() }
        send(.attemptEnded([.init(name: "algo-1", attempt: machine.state.attempt, exitCode: 0)]))
        return false
    }

    private mutating func collect() -> Bool {
        check(!hostsRun, "results of running hosts")
        let phase: Observation.Phase = machine.state.didStop ? .stopped : dice.chance(70) ? .succeeded : .failed
        send(.collecting(phase, hasResults: true))
        send(.packed([.init(name: "m", path: "/results/m")]))
        interrupt()
        if hasCrashed { return true }
        if machine.state.givesUpResults == true { return fail() }
        send(.collected(phase, nil))
        return false
    }

    private mutating func fail() -> Bool {
        let category: BackendError.Category = dice.chance(90) ? .transient : .invalid
        send(.failed(BackendError(category, "it failed")))
        // A job that fails while its hosts run leaves them to `release`.
        if machine.hasEnded { hostsRun = false }
        return true
    }

    /// What may happen at any moment: a stop, or the end of the process.
    private mutating func interrupt() {
        if stopsLeft > 0, dice.chance(4) {
            stopsLeft -= 1
            send(.stopOrdered(.init(graceSeconds: Int.random(in: 0..<3, using: &dice))))
        }
        if crashesLeft > 0, dice.chance(6) {
            crashesLeft -= 1
            hasCrashed = true
            path.append("crash")
        }
    }

    private mutating func send(_ event: Machine.Event) {
        clock += 10
        let before = machine
        let (next, effects) = Machine.reduce(machine, event, at: Timestamp(milliseconds: clock))
        machine = next
        path.append("\(event)".prefix(24) + "->\(next.state.stage)")
        if before.state.stage != next.state.stage, !isOwnership(event) {
            check(effects.first == .store, "\(event) moves to \(next.state.stage) and stores it not first")
        }
        if before.state.stop == nil, next.state.stop != nil, case .stopOrdered = event {
            check(effects.first == .store, "a stop is not stored first")
        }
        check(Machine.reduce(before, event, at: Timestamp(milliseconds: clock)).0 == next, "not pure")
        for effect in effects {
            switch effect {
            case .store: stored = machine.state
            case .perform(let work):
                if work == .prepare { check(machine.state.stop == nil, "prepares after a stop") }
                pending = work
            case .takeOver(let endsHosts):
                let ended = endsHosts && hostsRun
                if ended { hostsRun = false }
                send(.tookOver(endedHosts: ended))
            case .syncFolders: send(.foldersSynced)
            case .stopHosts: check(machine.state.stage == .running, "stops hosts in \(machine.state.stage)")
            case .signal, .cancelWork, .watch, .leaveOrder, .pause: break
            }
        }
    }

    private func isOwnership(_ event: Machine.Event) -> Bool {
        if case .owned = event { true } else { false }
    }
}
