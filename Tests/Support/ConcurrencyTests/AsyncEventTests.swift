import LaunchConcurrency
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct AsyncEventTests {
    /// A clock that stops until the test lets its waits end.
    private final class Clock: Sendable {
        let end = SingleValueFuture<Void>()
        let sleeps = Shared<[Duration]>([])

        func sleep(_ limit: Duration) async throws {
            sleeps.change { $0.append(limit) }
            await end.value(ifCancelled: ())
            try Task.checkCancellation()
        }
    }

    @Test func `a signal before the wait is kept, and several count as one`() async {
        let event = AsyncEvent()
        for _ in 0..<5 { event.signal() }
        #expect(await event.wait() == .signalled)
        let second = Task { await event.wait() }
        #expect(await eventually { event.waiting == 1 })
        event.signal()
        #expect(await second.value == .signalled)
    }

    @Test func `a signal wakes one task, in the order of the waits`() async {
        let event = AsyncEvent()
        let order = Shared<[Int]>([])
        var tasks: [Task<Void, Never>] = []
        for number in 1...3 {
            tasks.append(
                Task {
                    #expect(await event.wait() == .signalled)
                    order.change { $0.append(number) }
                })
            #expect(await eventually { event.waiting == number })
        }
        for number in 1...3 {
            event.signal()
            #expect(await eventually { order.value.count == number })
            #expect(event.waiting == 3 - number)
        }
        #expect(order.value == [1, 2, 3])
        for task in tasks { await task.value }
    }

    @Test func `the time limit ends a wait without a signal`() async {
        let (event, clock) = (AsyncEvent(), Clock())
        let task = Task { await event.wait(upTo: .seconds(7), sleep: clock.sleep) }
        #expect(await eventually { event.waiting == 1 && clock.sleeps.value == [.seconds(7)] })
        clock.end.set(())
        #expect(await task.value == .timedOut)
        // A later signal is kept for the next wait, because nothing has used it.
        event.signal()
        #expect(await event.wait() == .signalled)
    }

    @Test func `a wait that has ended cancels its clock`() async {
        let (event, clock) = (AsyncEvent(), Clock())
        let ended = SingleValueFuture<Void>()
        let task = Task {
            await event.wait(upTo: .seconds(7)) { limit in
                defer { ended.set(()) }
                try await clock.sleep(limit)
            }
        }
        #expect(await eventually { clock.sleeps.value.count == 1 })
        event.signal()
        #expect(await task.value == .signalled)
        await ended.value
    }

    @Test func `a cancelled wait ends, and leaves no signal`() async {
        let event = AsyncEvent()
        let task = Task { await event.wait() }
        #expect(await eventually { event.waiting == 1 })
        task.cancel()
        #expect(await task.value == .cancelled)
        let next = Task { await event.wait() }
        #expect(await eventually { event.waiting == 1 })
        event.signal()
        #expect(await next.value == .signalled)
    }

    /// Each side waits for the other's signal, so one lost signal stops both.
    @Test func `no wake-up is lost in 1,000 exchanges`() async {
        let (ping, pong) = (AsyncEvent(), AsyncEvent())
        let other = Task {
            for _ in 0..<1000 {
                guard await ping.wait() == .signalled else { return }
                pong.signal()
            }
        }
        for _ in 0..<1000 {
            ping.signal()
            #expect(await pong.wait() == .signalled)
        }
        await other.value
    }

    @Test func `1,000 signals wake 1,000 tasks, beside cancellations and time limits`() async {
        let event = AsyncEvent()
        let ends = Shared((signalled: 0, other: 0))
        let tasks = (0..<1000).map { number in
            Task {
                let limit: Duration? = number % 3 == 0 ? .zero : nil
                let end = await event.wait(upTo: limit, sleep: { _ in await Task.yield() })
                ends.change { if end == .signalled { $0.signalled += 1 } else { $0.other += 1 } }
            }
        }
        for (number, task) in tasks.enumerated() where number % 3 == 1 { task.cancel() }
        while ends.value.signalled + ends.value.other < 1000 {
            event.signal()
            await Task.yield()
        }
        for task in tasks { await task.value }
        // Every third task has no limit and is not cancelled, so only a signal has ended it.
        #expect(ends.value.signalled >= 333)
        #expect(event.waiting == 0)
    }
}
