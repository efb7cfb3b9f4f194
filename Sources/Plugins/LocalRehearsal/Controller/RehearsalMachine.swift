internal import LaunchConcurrency
internal import LaunchPluginKit

/// The state machine of a rehearsal: what an event makes of the state, and what the controller does next.
///
/// It is a value without calls, clocks and tasks. The controller carries out the effects in their order. A new stage is
/// always stored first, so each step is recorded before it is taken.
struct RehearsalMachine: Sendable, Equatable {
    let rules: Rules
    private(set) var state: RehearsalState
    private(set) var memory = Memory()

    init(_ state: RehearsalState = RehearsalState(), rules: Rules) {
        self.state = state
        self.rules = rules
    }

    /// The machine after an event, and what to do now. Pure.
    static func reduce(
        _ machine: RehearsalMachine, _ event: Event, at now: Timestamp
    ) -> (RehearsalMachine, [Effect]) {
        var next = machine
        let effects = next.take(event, now)
        return (next, effects)
    }

    private mutating func take(_ event: Event, _ now: Timestamp) -> [Effect] {
        switch event {
        case .seen(let stored):
            state = stored
            return hasEnded ? [.signal] : []
        case .owned(let stored):
            if let stored { state = stored }
            memory = Memory(isOwner: true)
            return []
        case .stepBegins(let order):
            if state.stop == nil { state.stop = order }
            return nextStep(now)
        case .stepSucceeded:
            memory.failures = 0
            memory.isTryingAgain = false
            return []
        case .failed(let error): return failed(error, now)
        case .prepared, .starting, .started, .startRefused: return start(event, now)
        case .hostsLost, .hostsFound, .tookOver, .hostsEnded, .stopsEnded, .attemptEnded, .foldersSynced:
            return run(event, now)
        case .collecting, .packed, .put, .collected: return collect(event, now)
        case .stopOrdered(let order): return stop(order, now)
        case .drillDue:
            guard state.stage == .running, state.stop == nil, state.drill == nil else { return [] }
            state.drill = now
            _ = show(.interrupted, "the drill interrupts the hosts", now)
            return [.store, .stopHosts(graceSeconds: grace)]
        case .finished(let results, let metrics):
            state.timeline.results = results
            state.timeline.metrics = metrics
            return [.store]
        case .showing, .fetching, .transferred, .noted, .limited, .failureRead, .endpointChosen:
            return report(event, now)
        }
    }

    // MARK: reading the state

    var hasEnded: Bool { state.stage == .ended }
    /// True if hosts of any attempt have been started.
    var hasRunHosts: Bool { state.startedAt != nil }
    /// True if hosts of the current attempt may run.
    private var hasBegunAttempt: Bool { state.stage != .preparing && state.attemptStartedAt != nil }
    /// Seconds between SIGTERM and SIGKILL of the current stop or drill.
    private var grace: Int {
        if let stop = state.stop { return stop.graceSeconds ?? rules.stopGraceSeconds }
        return rules.drill?.graceSeconds ?? rules.stopGraceSeconds
    }
    /// True if the drill has interrupted this attempt.
    private var isInterrupted: Bool { state.drill != nil && state.attempt == 1 }

    // MARK: steps

    private mutating func nextStep(_ now: Timestamp) -> [Effect] {
        switch state.stage {
        case .preparing:
            if state.stop != nil { return endUnstarted(now) }
            memory.isWatching = false
            memory.inputInProgress = nil
            return [.perform(.prepare)]
        case .starting:
            if state.stop != nil, !hasBegunAttempt { return endUnstarted(now) }
            // No host runs yet, so the preparation of another process is repeated.
            guard memory.hasPrepared || hasBegunAttempt else { return move(to: .preparing) }
            return [.perform(.start)]
        case .running: return [.perform(.run)]
        case .collecting:
            guard state.givesUpResults == true else { return [.perform(.collect)] }
            // Results that are already at their destination stay there.
            state.timeline.results.removeAll { $0.path.hasPrefix("\(rules.results)/") }
            return end(
                .stopped,
                Cause(.userStop, "stopped while its results were being kept; incomplete results are not kept"), now)
        case .ended: return []
        }
    }

    private mutating func start(_ event: Event, _ now: Timestamp) -> [Effect] {
        switch event {
        case .prepared:
            memory.hasPrepared = true
            return move(to: .starting)
        case .starting:
            guard state.attemptStartedAt == nil else { return [] }
            state.attemptStartedAt = now
            if state.startedAt == nil { state.startedAt = now }
            return [.store]
        case .started:
            memory.isWatching = memory.hasPrepared
            // Uses the start of the attempt, so that readers of the steps compute the same limit.
            state.step(.training, "", at: state.attemptStartedAt ?? now)
            return move(to: .running)
        default:
            if state.attempt == 1 { state.startedAt = nil }
            state.attemptStartedAt = nil
            return []
        }
    }

    private mutating func run(_ event: Event, _ now: Timestamp) -> [Effect] {
        switch event {
        case .hostsLost:
            return end(.failed, Cause(.lost, "a container of the run was removed by another program"), now)
        case .hostsFound:
            guard !memory.isWatching else { return watch(now) }
            // It is unknown whether an earlier stop found a running host, but it is likely.
            memory.stopFound = state.stop != nil || state.drill != nil
            // Hosts that are being stopped keep their grace period. After a drill, the next attempt has its own pipes.
            let endsHosts = rules.hasPipes && state.stop == nil && !isInterrupted
            return [.takeOver(endsHosts: endsHosts)]
        case .tookOver(let endedHosts):
            memory.isWatching = true
            if endedHosts { state.lostPipes = true }
            return (endedHosts ? [.store] : []) + watch(now)
        case .hostsEnded:
            memory.hostsHaveEnded = true
            return []
        case .stopsEnded(let foundHost, let order):
            if foundHost { memory.stopFound = true }
            if state.stop == nil, let order {
                state.stop = order
                memory.stopFound = true
            }
            return []
        case .attemptEnded(let ends):
            for end in ends {
                state.timeline.hosts.removeAll { $0.name == end.name && $0.attempt == end.attempt }
                state.timeline.hosts.append(end)
            }
            state.endedAt = state.timeline.hosts.compactMap(\.endedAt).max()
            if state.stop != nil {
                state.didStop = memory.stopFound
            } else if isInterrupted, memory.stopFound {
                return [.syncFolders]
            }
            return move(to: .collecting)
        default: return restart(now)
        }
    }

    /// Watches the hosts until they have ended. A stop or a drill that an earlier owner began is repeated.
    private mutating func watch(_ now: Timestamp) -> [Effect] {
        if state.stop != nil {
            return show(.stopping, "", now) + [.stopHosts(graceSeconds: grace), .watch(drillAt: nil)]
        }
        if isInterrupted { return [.stopHosts(graceSeconds: grace), .watch(drillAt: nil)] }
        guard let drill = rules.drill, state.attempt == 1, let start = state.attemptStartedAt else {
            return [.watch(drillAt: nil)]
        }
        let after = Int64(drill.afterSeconds).saturatingMultiplied(by: 1_000)
        return [.watch(drillAt: Timestamp(milliseconds: start.milliseconds.saturatingAdding(after)))]
    }

    /// Ends the first attempt and prepares the next one. Only the synchronized folders keep their content. The
    /// containers of the first attempt stay, stopped, for their logs.
    private mutating func restart(_ now: Timestamp) -> [Effect] {
        if let start = state.attemptStartedAt {
            let past = now.milliseconds.saturatingSubtracting(start.milliseconds)
            state.earlierMilliseconds = state.earlierMilliseconds.saturatingAdding(past)
        }
        state.attempt += 1
        state.attemptStartedAt = nil
        memory = Memory(isOwner: memory.isOwner, failures: memory.failures, isTryingAgain: memory.isTryingAgain)
        _ = show(.restarting, "", now)
        return move(to: .preparing)
    }

    private mutating func collect(_ event: Event, _ now: Timestamp) -> [Effect] {
        switch event {
        case .collecting(let phase, let hasResults):
            state.timeline.phase = phase
            return hasResults ? show(.uploading, "", now) : []
        case .packed(let outputs):
            state.timeline.results = outputs
            return [.store]
        case .put(let output):
            if let index = state.timeline.results.firstIndex(where: { $0.name == output.name }) {
                state.timeline.results[index] = output
            } else {
                state.timeline.results.append(output)
            }
            return []
        case .collected(let phase, let cause): return end(phase, cause, now)
        default: return []
        }
    }

    private mutating func stop(_ order: RehearsalState.Stop, _ now: Timestamp) -> [Effect] {
        guard !hasEnded else { return [] }
        guard memory.isOwner else {
            // The owner finds the request when a step begins, and when the hosts have ended.
            let mayRun = state.stage == .running || state.stage == .starting
            let seconds = order.graceSeconds ?? rules.stopGraceSeconds
            return [.leaveOrder(order)] + (mayRun ? [.stopHosts(graceSeconds: seconds)] : [])
        }
        if state.stage == .collecting {
            // The stop that led to this stage wants the results. A first stop in this stage, or one with a shorter
            // grace period, does not.
            if let earlier = state.stop, !earlier.isMorePatient(than: order) { return [] }
            state.givesUpResults = true
        }
        state.stop = order
        guard state.stage == .running else { return [.store, .cancelWork] }
        _ = show(.stopping, "", now)
        return [.store, .stopHosts(graceSeconds: grace)]
    }

    // MARK: changes of the state

    private mutating func move(to stage: RehearsalState.Stage) -> [Effect] {
        state.stage = stage
        return [.store]
    }

    private mutating func end(_ phase: Observation.Phase, _ cause: Cause?, _ now: Timestamp) -> [Effect] {
        state.timeline.phase = phase
        state.timeline.cause = cause
        if state.endedAt == nil { state.endedAt = now }
        let status: RehearsalTimeline.Status =
            switch phase {
            case .succeeded: .completed
            case .stopped: .stopped
            default: .failed
            }
        state.step(status, cause?.message ?? "", at: now)
        return move(to: .ended)
    }

    private mutating func endUnstarted(_ now: Timestamp) -> [Effect] {
        end(.stopped, Cause(.userStop, "stopped before it began"), now)
    }

    private mutating func show(
        _ status: RehearsalTimeline.Status, _ message: String, _ now: Timestamp
    ) -> [Effect] {
        let isNew = state.timeline.steps.last?.status != status
        state.step(status, message, at: now)
        return isNew ? [.signal] : []
    }

    private mutating func report(_ event: Event, _ now: Timestamp) -> [Effect] {
        switch event {
        case .showing(let status, let message, let isNews):
            return isNews || !memory.isTryingAgain ? show(status, message, now) : []
        case .fetching(let input):
            memory.inputInProgress = input
            return []
        case .transferred(let status, let message):
            let stage: RehearsalState.Stage = status == .downloading ? .preparing : .collecting
            guard state.stage == stage, state.timeline.steps.last?.status == status else { return [] }
            memory.isTryingAgain = false
            return show(status, message, now)
        case .noted(let sentences):
            for sentence in sentences { state.note(sentence) }
            return []
        case .limited(let resources):
            state.timeline.resources = resources
            return []
        case .failureRead(let text):
            state.timeline.failure = text
            return []
        case .endpointChosen(let endpoint):
            state.endpoint = endpoint
            return [.store]
        default: return []
        }
    }

    // MARK: failures

    /// Each try already includes several calls of a service's client, and the user may wait because of a mistyped
    /// address.
    static let triesBeforeStart = 5
    static let triesAfterStart = 9

    /// Waits before a retry, or ends the job.
    private mutating func failed(_ error: BackendError, _ now: Timestamp) -> [Effect] {
        guard !hasEnded else { return [] }
        memory.failures += 1
        if state.stop != nil, !hasBegunAttempt { return endUnstarted(now) }
        // If the results are given up, the cause no longer matters; the next step ends the job.
        if state.givesUpResults == true, state.stage == .collecting { return [] }
        // A running host is not abandoned because the engine is unreachable for a while.
        let isRunning = state.stage == .running && !memory.hostsHaveEnded
        let tries = hasRunHosts ? Self.triesAfterStart : Self.triesBeforeStart
        guard error.isWorthRetrying, memory.failures < tries || isRunning else {
            if state.stage == .preparing { state.timeline.failedInput = memory.inputInProgress }
            return end(.failed, cause(of: error), now)
        }
        showTrouble(error, now)
        let wait = Backoff(first: .milliseconds(250), longest: .seconds(30)).delay(after: memory.failures + 1)
        return (isShown ? [.signal] : []) + [.pause(error.retryAfter ?? wait)]
    }

    private func cause(of error: BackendError) -> Cause {
        if state.stage == .collecting || state.stage == .running {
            return Cause(.results, "the results could not be copied to their destination: \(error)")
        }
        // If the job did not start because something is unavailable or this program failed, the cause must not blame
        // the job.
        let code: Cause.Code =
            switch error.category {
            case .unavailable where !hasRunHosts, .transient where !hasRunHosts, .throttled where !hasRunHosts:
                .unavailable
            case .internalFault: .internalFault
            default: .submit
            }
        return Cause(code, "it could not be started: \(error)")
    }

    /// True if the reason of a retry is shown. Running hosts do not depend on what is retried.
    private var isShown: Bool { state.stage != .running && !state.timeline.steps.isEmpty }

    /// Shows why preparing or collecting does not progress.
    private mutating func showTrouble(_ error: BackendError, _ now: Timestamp) {
        guard isShown, let last = state.timeline.steps.last else { return }
        if !memory.isTryingAgain {
            memory.troubled = last.status == .downloading && !last.message.isEmpty ? "\(last.message): " : ""
        }
        memory.isTryingAgain = true
        var reason = Substring(error.message)
        if reason.hasSuffix(".") { reason = reason.dropLast() }
        state.step(last.status, "\(memory.troubled)\(reason); trying again", at: now)
    }
}

extension Cause.Code {
    /// The results of the run could not be kept.
    static let results = Cause.Code(rawValue: "results")
}
