internal import LaunchConcurrency

/// Informs the hooks of a configuration: reads the events that happened since, and delivers each at least once, in the order
/// of a run's events.
///
/// The store has all pending deliveries, so an agent that is killed at any point loses nothing: the next one continues.
/// The feed has a task of its own, and no run waits for it.
package final class HookFeed: Sendable {
    private let hooks: [HookTransport.Hook]
    /// The queues whose own hooks are informed too.
    private let queues: [String]
    private let store: Store
    private let logs: RunLogReader
    private let transport: HookTransport
    private let clock: HostClock
    private let log: Logger
    /// One pass at a time, so that an owner's own claims are those of an earlier pass.
    private let turn = AsyncSemaphore(permits: 1)

    /// The number of deliveries of a hook that are claimed at once.
    private static let most = 16
    /// How long the last lines of a log may take.
    private static let logLimit = Duration.seconds(10)
    /// The shortest time between two passes.
    private static let shortest = Duration.milliseconds(500)
    /// How long an agent that ends waits for what is due.
    static let farewell = Duration.seconds(30)

    /// - Parameters:
    ///   - hooks: those of the configuration.
    ///   - queues: the queues whose own hooks are informed too.
    package init(
        _ hooks: [HookTransport.Hook], queues: [String] = [], store: Store, backends: Backends,
        transport: HookTransport = HookTransport(), clock: HostClock = .system, log: Logger
    ) {
        (self.hooks, self.queues, self.store, self.transport) = (hooks, queues, store, transport)
        (self.clock, self.log) = (clock, log)
        logs = RunLogReader(store: store, backends: backends, clock: clock)
    }

    /// Delivers until the task is cancelled.
    func run(as owner: OwnerID) async {
        let rings = AsyncEvent()
        let listening = Task { [store] in
            guard let listener = try? await store.listen() else { return }
            defer { listener.close() }
            for await _ in listener.rings { rings.signal() }
        }
        defer { listening.cancel() }
        while !Task.isCancelled {
            await pass(as: owner)
            // A busy store rings all the time, and a report may come a moment later.
            try? await clock.sleep(Self.shortest)
            await rings.wait(upTo: Agent.fallback, clock: clock)
        }
    }

    /// Adds and delivers what is due now, each once.
    func pass(as owner: OwnerID) async {
        guard await turn.acquire() else { return }
        defer { turn.release() }
        let all = hooks + (await hooksOfQueues())
        await withDiscardingTaskGroup { group in
            for hook in all { group.addTask { await self.serve(hook, as: owner) } }
        }
    }

    /// Begins to read the events of new hooks. What happens after it is reported. It reads no event, because the agent
    /// waits for it.
    func begin() async {
        for hook in hooks + (await hooksOfQueues()) { try? await store.beginFeed(hook.settings.name) }
    }

    /// The hooks in the files of the queues, as they are now.
    private func hooksOfQueues() async -> [HookTransport.Hook] {
        var found: [HookTransport.Hook] = []
        for queue in queues {
            guard let definition = try? await store.definition(ofQueue: queue) else { continue }
            found += HookSettings.hooks(ofQueue: queue, text: definition.fileText).map {
                HookTransport.Hook(ofQueue: $0)
            }
        }
        return found
    }

    private func serve(_ hook: HookTransport.Hook, as owner: OwnerID) async {
        do throws(StoreError) {
            try await store.feed(HookSource(hook.settings))
            if hook.settings.triggers.contains(.noAgent) { try await reportAbsentAgents(to: hook) }
            while !Task.isCancelled {
                let claimed = try await store.claimDeliveries(of: hook.settings.name, by: owner, limit: Self.most)
                for delivery in claimed {
                    if Task.isCancelled { return }
                    try await deliver(delivery, to: hook)
                }
                if claimed.count < Self.most { return }
            }
        } catch {
            // The next pass repeats it. The agent itself reports a store that is away.
            if !error.isTemporary {
                log.error("a hook cannot be served", ["hook": hook.settings.name, "error": error.description])
            }
        }
    }

    private func deliver(_ delivery: HookDelivery, to hook: HookTransport.Hook) async throws(StoreError) {
        let result = await transport.send(await message(of: delivery), to: hook, at: Timestamp(clock.now()))
        let end = HookSchedule.end(of: delivery.tries, result, at: delivery.now)
        try await store.finish(delivery, end)
        let (event, run) = (delivery.event, delivery.runID?.rawValue ?? "-")
        switch end {
        case .delivered: log.info("hook informed", ["hook": delivery.hook, "event": event, "run": run])
        case .again(let time, let error):
            log.warning(
                "a hook could not be informed and is tried again",
                ["hook": delivery.hook, "event": event, "run": run, "at": time.description, "error": error])
        case .givenUp(let error):
            log.error(
                "a hook could not be informed and is given up",
                ["hook": delivery.hook, "event": event, "run": run, "error": error])
        }
    }

    private func message(of delivery: HookDelivery) async -> HookMessage {
        guard let id = delivery.runID, let record = try? await store.run(id) else {
            return HookMessage(delivery, nil, log: [])
        }
        guard record.state.isTerminal else { return HookMessage(delivery, record, log: []) }
        // A log that cannot be read in time is left out: the event is more important.
        let lines = await TimeLimit.value(within: Self.logLimit) { [logs] in
            var last: [String] = []
            try? await logs.read(id, follow: false) { batch in
                last += batch.suffix(HookMessage.mostLines).map(\.text)
                last = last.suffix(HookMessage.mostLines)
            }
            return last
        }
        return HookMessage(delivery, record, log: lines ?? [])
    }

    private func reportAbsentAgents(to hook: HookTransport.Hook) async throws(StoreError) {
        let served = Set(await store.livingOwners().filter { $0.kind == "agent" }.flatMap(\.queues))
        for queue in try await store.queues() where queue.counts[.queued] > 0 && !queue.paused {
            guard !served.contains(queue.name), HookSource(hook.settings).includes(queue.name) else { continue }
            try await store.feedAbsentAgent(queue.name, to: hook.settings.name)
        }
    }

    /// Sends an example to a hook. It is not stored, and not repeated.
    /// - Throws: `LaunchError` of kind `.unavailable` if the target does not accept it.
    package static func test(
        _ hook: HookTransport.Hook, transport: HookTransport = HookTransport(), clock: HostClock = .system
    ) async throws(LaunchError) {
        let now = Timestamp(clock.now())
        var message = HookMessage(example: hook.settings.name, at: now)
        message.text = "This is a test of the hook '\(hook.settings.name)'."
        guard case .failed(let error) = await transport.send(message, to: hook, at: now) else { return }
        throw LaunchError(
            .unavailable, "The hook '\(hook.settings.name)' cannot be informed. \(error)",
            hint: "Correct its target in launch-config.yaml, or the program or server that it names.")
    }
}

extension HookMessage {
    /// An example that reports no run.
    init(example hook: String, at time: Timestamp) {
        (id, self.hook, event, at, attempt) = ("\(hook):test:\(time.milliseconds)", hook, "test", time, 1)
        (queue, run, budget, log, text) = (nil, nil, nil, [], "")
    }
}
