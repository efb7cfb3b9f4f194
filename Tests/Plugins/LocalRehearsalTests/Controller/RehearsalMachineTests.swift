import LaunchHost
import Testing

@testable import LaunchLocalRehearsal

@Suite("State machine of a rehearsal")
struct RehearsalMachineTests {
    typealias Machine = RehearsalMachine
    typealias Stage = RehearsalState.Stage

    static let now = Timestamp(milliseconds: 1_700_000_000_000)
    static let later = Timestamp(milliseconds: 1_700_000_060_000)
    static let drill = RehearsalPlan.Drill(afterSeconds: 4, graceSeconds: 7)
    static let away = BackendError(.unavailable, "The engine is away.")
    static let wrong = BackendError(.invalid, "It is wrong.")

    /// A machine of the job's owner in a stage of an attempt.
    static func machine(
        _ stage: Stage, attempt: Int = 1, rules: Machine.Rules = .init(), isOwner: Bool = true,
        _ change: (inout RehearsalState) -> Void = { _ in }
    ) -> Machine {
        var state = RehearsalState()
        state.stage = stage
        state.attempt = attempt
        if stage != .preparing || attempt > 1 { state.startedAt = now }
        if [.running, .collecting].contains(stage) { state.attemptStartedAt = now }
        let status: RehearsalTimeline.Status =
            switch stage {
            case .preparing: .downloading
            case .starting: .starting
            case .running: .training
            case .collecting: .uploading
            case .ended: .completed
            }
        state.step(status, "", at: now)
        if stage == .ended { state.timeline.phase = .succeeded }
        change(&state)
        let machine = Machine(state, rules: rules)
        return isOwner ? Machine.reduce(machine, .owned(nil), at: now).0 : machine
    }

    /// The machine and the effects of the last of these events.
    static func after(_ machine: Machine, _ events: Machine.Event...) -> (machine: Machine, effects: [Machine.Effect]) {
        var result: (Machine, [Machine.Effect]) = (machine, [])
        for event in events { result = Machine.reduce(result.0, event, at: later) }
        return result
    }

    // MARK: steps

    @Test(
        arguments: [
            (.preparing, [.perform(.prepare)]), (.running, [.perform(.run)]), (.collecting, [.perform(.collect)]),
            (.ended, []),
        ] as [(Stage, [Machine.Effect])])
    func `Each stage has its work`(_ stage: Stage, _ effects: [Machine.Effect]) {
        #expect(Self.after(Self.machine(stage), .stepBegins(order: nil)).effects == effects)
    }

    @Test
    func `A job goes through its stages, and each is stored before its work`() {
        let cause = Cause(.exit, "exit code 0", exitCode: 0)
        var machine = Self.machine(.preparing)
        let steps: [(Machine.Event, [Machine.Effect], Stage)] = [
            (.stepBegins(order: nil), [.perform(.prepare)], .preparing),
            (.prepared, [.store], .starting),
            (.stepBegins(order: nil), [.perform(.start)], .starting),
            (.starting, [.store], .starting),
            (.started, [.store], .running),
            (.stepBegins(order: nil), [.perform(.run)], .running),
            (.hostsFound, [.watch(drillAt: nil)], .running),
            (.hostsEnded, [], .running),
            (.stopsEnded(foundHost: false, order: nil), [], .running),
            (.attemptEnded([.init(name: "a", exitCode: 0, endedAt: Self.now)]), [.store], .collecting),
            (.stepBegins(order: nil), [.perform(.collect)], .collecting),
            (.collecting(.succeeded, hasResults: true), [.signal], .collecting),
            (.packed([.init(name: "m", path: "/results/m")]), [.store], .collecting),
            (.put(.init(name: "m", path: "s3://b/m")), [], .collecting),
            (.collected(.succeeded, cause), [.store], .ended),
            (.stepBegins(order: nil), [], .ended),
        ]
        for (event, effects, stage) in steps {
            let next = Self.after(machine, event)
            #expect(next.effects == effects && next.machine.state.stage == stage, "\(event)")
            machine = next.machine
        }
        #expect(machine.state.timeline.phase == .succeeded && machine.state.timeline.cause == cause)
        #expect(machine.state.timeline.results == [.init(name: "m", path: "s3://b/m")])
        #expect(machine.state.endedAt == Self.now && machine.state.startedAt == Self.later)
        #expect(
            machine.state.timeline.steps.map(\.status) == [.downloading, .training, .uploading, .completed])
    }

    // MARK: stops

    @Test(
        arguments: [
            (.preparing, [.store, .cancelWork]), (.starting, [.store, .cancelWork]),
            (.running, [.store, .stopHosts(graceSeconds: 3)]), (.collecting, [.store, .cancelWork]), (.ended, []),
        ] as [(Stage, [Machine.Effect])])
    func `A stop in each stage of the owner`(_ stage: Stage, _ effects: [Machine.Effect]) {
        #expect(Self.after(Self.machine(stage), .stopOrdered(.init(graceSeconds: 3))).effects == effects)
    }

    @Test
    func `Another process leaves the request to the owner, and stops hosts that may run, with its own grace period`() {
        let order = RehearsalState.Stop(graceSeconds: 3)
        for (stage, mayRun) in [(Stage.preparing, false), (.starting, true), (.running, true), (.collecting, false)] {
            let next = Self.after(Self.machine(stage, isOwner: false), .stopOrdered(order))
            #expect(
                next.effects == [.leaveOrder(order)] + (mayRun ? [.stopHosts(graceSeconds: 3)] : []), "\(stage)")
            #expect(next.machine.state.stop == nil)
        }
        let own = Self.after(
            Self.machine(.running, rules: .init(drill: Self.drill, stopGraceSeconds: 9), isOwner: false),
            .stopOrdered(.init(graceSeconds: nil)))
        #expect(own.effects.last == .stopHosts(graceSeconds: 9))
    }

    @Test
    func `A stop before the start of an attempt ends the job as stopped, also if its preparation was cancelled`() {
        let cancelled = BackendError(.cancelled, "The preparation was cancelled.")
        let machines = [
            Self.machine(.preparing), Self.machine(.preparing, attempt: 2), Self.machine(.starting),
            Self.machine(.starting, attempt: 2),
        ]
        for machine in machines {
            for events in [[Machine.Event.stepBegins(order: nil)], [.failed(cancelled)]] {
                let stopped = Self.after(machine, .stopOrdered(.init())).machine
                let next = Machine.reduce(stopped, events[0], at: Self.later)
                #expect(next.1 == [.store] && next.0.hasEnded, "\(machine.state.stage) \(machine.state.attempt)")
                #expect(next.0.state.timeline.phase == .stopped && next.0.state.timeline.cause?.code == .userStop)
            }
            // The same if another process left the request.
            let left = Self.after(machine, .stepBegins(order: .init(graceSeconds: 1)))
            #expect(left.machine.state.timeline.phase == .stopped)
        }
    }

    @Test
    func `A stop while hosts start waits for them, because they may run`() {
        let begun = Self.after(Self.machine(.starting), .starting, .stopOrdered(.init())).machine
        #expect(Self.after(begun, .stepBegins(order: nil)).effects == [.perform(.start)])
    }

    @Test
    func `Only a stop that found a running host makes the end a stop`() {
        for foundHost in [false, true] {
            let stopped = Self.after(
                Self.machine(.running), .tookOver(endedHosts: false), .stopOrdered(.init()), .hostsEnded,
                .stopsEnded(foundHost: foundHost, order: nil), .attemptEnded([]))
            #expect(stopped.effects == [.store] && stopped.machine.state.stage == .collecting)
            #expect(stopped.machine.state.didStop == foundHost)
        }
        // A request that was found after the end of the hosts was delivered by the process that left it.
        let left = Self.after(
            Self.machine(.running), .tookOver(endedHosts: false), .hostsEnded,
            .stopsEnded(foundHost: false, order: .init(graceSeconds: 1)), .attemptEnded([]))
        #expect(left.machine.state.didStop)
    }

    @Test
    func `A second, less patient stop gives up the results, but keeps what is at its destination`() {
        let collecting = Self.machine(.collecting) {
            $0.stop = .init(graceSeconds: 10)
            $0.timeline.results = [.init(name: "a", path: "/results/a"), .init(name: "b", path: "s3://b/b")]
        }
        for seconds in [10, 20] {
            #expect(Self.after(collecting, .stopOrdered(.init(graceSeconds: seconds))).effects.isEmpty)
        }
        let second = Self.after(collecting, .stopOrdered(.init(graceSeconds: 5)))
        #expect(second.effects == [.store, .cancelWork])
        let failed = Self.after(second.machine, .failed(Self.wrong))
        #expect(failed.effects.isEmpty)
        let ended = Self.after(failed.machine, .stepBegins(order: nil))
        #expect(ended.effects == [.store] && ended.machine.state.timeline.phase == .stopped)
        #expect(ended.machine.state.timeline.results.map(\.name) == ["b"])
    }

    // MARK: drill

    @Test(arguments: [Int64.min, .max])
    func `A damaged time in the stored state does not end the program`(start: Int64) {
        let rules = Machine.Rules(drill: Self.drill)
        let machine = Self.machine(.running, rules: rules) {
            $0.attemptStartedAt = Timestamp(milliseconds: start)
            $0.earlierMilliseconds = start == .min ? .max : .min
        }
        let again = Self.after(
            machine, .tookOver(endedHosts: false), .drillDue, .hostsEnded, .stopsEnded(foundHost: true, order: nil),
            .attemptEnded([]), .foldersSynced)
        #expect(again.machine.state.attempt == 2)
        #expect(again.machine.state.earlierMilliseconds == (start == .min ? .max : .min))
    }

    @Test
    func `The drill interrupts the first attempt once, and the second attempt begins`() {
        let rules = Machine.Rules(drill: Self.drill, hasPipes: true)
        let watched = Self.after(Self.machine(.running, rules: rules), .tookOver(endedHosts: false))
        let time = Timestamp(milliseconds: Self.now.milliseconds + 4_000)
        #expect(watched.effects == [.watch(drillAt: time)])
        let due = Self.after(watched.machine, .drillDue)
        #expect(due.effects == [.store, .stopHosts(graceSeconds: 7)])
        #expect(Self.after(due.machine, .drillDue).effects.isEmpty)
        let ended = Self.after(due.machine, .hostsEnded, .stopsEnded(foundHost: true, order: nil), .attemptEnded([]))
        #expect(ended.effects == [.syncFolders] && ended.machine.state.stage == .running)
        let again = Self.after(ended.machine, .foldersSynced)
        #expect(again.effects == [.store] && again.machine.state.stage == .preparing)
        #expect(again.machine.state.attempt == 2 && again.machine.state.attemptStartedAt == nil)
        #expect(again.machine.state.earlierMilliseconds == 60_000)
        #expect(!again.machine.memory.hasPrepared && !again.machine.memory.stopFound)
        let second = Self.after(again.machine, .prepared, .starting, .started, .hostsFound)
        #expect(second.effects == [.watch(drillAt: nil)])
        #expect(Self.after(second.machine, .drillDue).effects.isEmpty)
    }

    @Test
    func `A drill that finds no running host, or meets a stop, does not begin another attempt`() {
        let due = Self.after(
            Self.machine(.running, rules: .init(drill: Self.drill)), .tookOver(endedHosts: false), .drillDue,
            .hostsEnded)
        let late = Self.after(due.machine, .stopsEnded(foundHost: false, order: nil), .attemptEnded([]))
        #expect(late.effects == [.store] && late.machine.state.stage == .collecting)
        let stopped = Self.after(
            due.machine, .stopOrdered(.init()), .stopsEnded(foundHost: true, order: nil), .attemptEnded([]))
        #expect(stopped.machine.state.stage == .collecting && stopped.machine.state.didStop)
        let before = Self.after(Self.machine(.running, rules: .init(drill: Self.drill)), .stopOrdered(.init()))
        #expect(Self.after(before.machine, .drillDue).effects.isEmpty)
    }

    // MARK: takeover

    @Test
    func `A new owner repeats the preparation of another process unless hosts may run`() {
        let unstarted = Self.after(Self.machine(.starting), .stepBegins(order: nil))
        #expect(unstarted.effects == [.store] && unstarted.machine.state.stage == .preparing)
        let started = Self.machine(.starting) { $0.attemptStartedAt = Self.now }
        #expect(Self.after(started, .stepBegins(order: nil)).effects == [.perform(.start)])
    }

    @Test(arguments: [
        (false, false, false, 1, false), (true, false, false, 1, true), (true, true, false, 1, false),
        (true, false, true, 1, false), (true, false, true, 2, true),
    ])
    func `A new owner kills hosts with pipes, except while they are being stopped or after a drill`(
        _ hasPipes: Bool, _ isStopped: Bool, _ isDrilled: Bool, _ attempt: Int, _ endsHosts: Bool
    ) {
        let machine = Self.machine(
            .running, attempt: attempt, rules: .init(drill: Self.drill, hasPipes: hasPipes)
        ) {
            if isStopped { $0.stop = .init() }
            if isDrilled { $0.drill = Self.now }
        }
        let found = Self.after(machine, .hostsFound)
        #expect(found.effects == [.takeOver(endsHosts: endsHosts)])
        #expect(found.machine.memory.stopFound == (isStopped || isDrilled))
        let ended = Self.after(found.machine, .tookOver(endedHosts: endsHosts))
        #expect(ended.machine.state.lostPipes == (endsHosts ? true : nil))
        #expect((ended.effects.first == .store) == endsHosts)
        // A stop or a drill that the earlier owner began is repeated.
        let isRepeated = isStopped || (isDrilled && attempt == 1)
        #expect(ended.effects.contains { if case .stopHosts = $0 { true } else { false } } == isRepeated)
        // The hosts are found again after a failure, and not taken over again.
        #expect(!Self.after(ended.machine, .hostsFound).effects.contains(.takeOver(endsHosts: endsHosts)))
    }

    @Test
    func `A process without the lock shows the state of the owner, and signals its end`() {
        let machine = Self.machine(.preparing, isOwner: false)
        #expect(Self.after(machine, .seen(Self.machine(.running).state)).effects.isEmpty)
        let ended = Self.after(machine, .seen(Self.machine(.ended).state))
        #expect(ended.effects == [.signal] && ended.machine.hasEnded)
    }

    // MARK: failures

    @Test(
        arguments: [(.preparing, 1, 5), (.starting, 1, 9), (.preparing, 2, 9), (.collecting, 1, 9)]
            as [(Stage, Int, Int)])
    func `A step is tried 5 times before hosts have run and 9 times after, and then the job fails`(
        _ stage: Stage, _ attempt: Int, _ tries: Int
    ) {
        var machine = Self.machine(stage, attempt: attempt)
        for number in 1..<tries {
            let next = Self.after(machine, .failed(Self.away))
            let wait = min(Duration.milliseconds(250 * (1 << min(number, 7))), .seconds(30))
            #expect(next.effects == [.signal, .pause(wait)], "try \(number)")
            #expect(next.machine.state.timeline.steps.last?.message == "The engine is away; trying again")
            machine = next.machine
        }
        let last = Self.after(machine, .failed(Self.away))
        #expect(last.effects == [.store] && last.machine.state.timeline.phase == .failed)
        let code = last.machine.state.timeline.cause?.code
        #expect(
            code == (stage == .collecting ? .results : stage == .preparing && attempt == 1 ? .unavailable : .submit))
        // A step that succeeds counts from the beginning.
        let succeeded = Self.after(machine, .stepSucceeded, .failed(Self.away))
        #expect(succeeded.effects == [.signal, .pause(.milliseconds(500))])
    }

    @Test
    func `Running hosts are not abandoned while the engine is away; an error that stays ends the job at once`() {
        var machine = Self.machine(.running)
        for _ in 0..<100 { machine = Self.after(machine, .failed(Self.away)).machine }
        #expect(machine.state.stage == .running && machine.state.timeline.steps.last?.message == "")
        let ended = Self.after(machine, .hostsEnded, .failed(Self.away)).machine
        #expect(ended.hasEnded && ended.state.timeline.cause?.code == .results)
        for (stage, code) in [(Stage.preparing, Cause.Code.submit), (.running, .results)] {
            let failed = Self.after(Self.machine(stage), .failed(Self.wrong)).machine
            #expect(failed.state.timeline.phase == .failed && failed.state.timeline.cause?.code == code)
        }
    }

    @Test
    func `The reason of a retry stays visible until there is news, after the progress of the step`() {
        let loading = Self.after(
            Self.machine(.preparing), .transferred(.downloading, "a 1 of 2 MB"), .failed(Self.away), .failed(Self.away))
        let text = "a 1 of 2 MB: The engine is away; trying again"
        #expect(loading.machine.state.timeline.steps.last?.message == text)
        let quiet = Self.after(loading.machine, .showing(.downloading, "a", isNews: false))
        #expect(quiet.machine.state.timeline.steps.last?.message == text)
        let news = Self.after(quiet.machine, .transferred(.downloading, "a 2 of 2 MB"))
        #expect(news.machine.state.timeline.steps.last?.message == "a 2 of 2 MB")
        // Progress that arrives late changes nothing.
        let late = Self.after(Self.machine(.running), .transferred(.downloading, "a"))
        #expect(late.effects.isEmpty && late.machine == Self.machine(.running))
    }

    @Test
    func `Only an input that is being fetched is named as the reason of the end`() {
        func failed(_ stage: Stage, _ events: Machine.Event...) -> String? {
            let machine = events.reduce(Self.machine(stage)) { Self.after($0, $1).machine }
            return Self.after(machine, .failed(Self.wrong)).machine.state.timeline.failedInput
        }
        #expect(failed(.preparing, .fetching("a"), .fetching("b")) == "b")
        #expect(failed(.preparing, .fetching("a"), .fetching(nil)) == nil)
        #expect(failed(.preparing, .fetching("a"), .stepBegins(order: nil)) == nil)
        #expect(failed(.running, .fetching("a")) == nil)
    }

    @Test
    func `A refused start takes the start back, so a stop of the next try ends the job as unstarted`() {
        let first = Self.after(Self.machine(.preparing), .prepared, .starting, .startRefused).machine
        #expect(first.state.startedAt == nil && first.state.attemptStartedAt == nil)
        let second = Self.after(Self.machine(.starting, attempt: 2), .starting, .startRefused).machine
        #expect(second.state.startedAt == Self.now && second.state.attemptStartedAt == nil)
    }

    // MARK: signals

    @Test
    func `A stop sends one SIGTERM for each attempt; a later one only shortens its time`() {
        typealias Signal = RehearsalState.Signal
        func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: Self.now.milliseconds + seconds * 1_000) }
        let first = Signal(attempt: 1, at: at(0), killAt: at(10))
        #expect(Signal.next(after: nil, attempt: 1, graceSeconds: 10, at: at(0)) == .send(first))
        let shorter = Signal(attempt: 1, at: at(0), killAt: at(5))
        #expect(Signal.next(after: first, attempt: 1, graceSeconds: 1, at: at(4)) == .shorten(shorter, .seconds(1)))
        #expect(Signal.next(after: first, attempt: 1, graceSeconds: 60, at: at(4)) == .shorten(first, .seconds(6)))
        #expect(Signal.next(after: first, attempt: 1, graceSeconds: 60, at: at(99)) == .shorten(first, .zero))
        let kill = Signal(attempt: 1, at: at(4), killAt: at(4))
        #expect(Signal.next(after: first, attempt: 1, graceSeconds: 0, at: at(4)) == .send(kill))
        let next = Signal(attempt: 2, at: at(4), killAt: at(5))
        #expect(Signal.next(after: first, attempt: 2, graceSeconds: 1, at: at(4)) == .send(next))
        #expect(RehearsalState.Stop(grace: .milliseconds(1_001)).graceSeconds == 2)
        #expect(RehearsalState.Stop(grace: nil).graceSeconds == nil)
    }
}
