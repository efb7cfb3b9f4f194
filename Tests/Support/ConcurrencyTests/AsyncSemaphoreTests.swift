import LaunchConcurrency
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct AsyncSemaphoreTests {
    @Test func `permits are granted in the order of the calls`() async {
        let semaphore = AsyncSemaphore(permits: 1)
        let order = Shared<[Int]>([])
        #expect(await semaphore.acquire())
        var tasks: [Task<Void, Never>] = []
        for number in 1...20 {
            tasks.append(
                Task {
                    #expect(await semaphore.acquire())
                    order.change { $0.append(number) }
                    semaphore.release()
                })
            #expect(await eventually { semaphore.waiting == number })
        }
        #expect(order.value.isEmpty)
        semaphore.release()
        for task in tasks { await task.value }
        #expect(order.value == Array(1...20))
    }

    @Test func `a cancelled task leaves the queue, and uses no permit`() async {
        let semaphore = AsyncSemaphore(permits: 1)
        #expect(await semaphore.acquire())
        let cancelled = Task { await semaphore.acquire() }
        #expect(await eventually { semaphore.waiting == 1 })
        let next = Task { await semaphore.acquire() }
        #expect(await eventually { semaphore.waiting == 2 })
        cancelled.cancel()
        #expect(await cancelled.value == false)
        #expect(semaphore.waiting == 1)
        semaphore.release()
        #expect(await next.value)
        semaphore.release()
        #expect(await semaphore.acquire())
    }

    @Test func `a task that is already cancelled gets no permit`() async {
        let semaphore = AsyncSemaphore(permits: 1)
        let gate = SingleValueFuture<Void>()
        let task = Task {
            await gate.value
            return await semaphore.acquire()
        }
        task.cancel()
        gate.set(())
        #expect(await task.value == false)
        #expect(await semaphore.acquire())
    }

    @Test func `1,000 tasks never hold more permits than there are`() async {
        let semaphore = AsyncSemaphore(permits: 3)
        let counts = Shared((now: 0, most: 0, done: 0))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<1000 {
                group.addTask {
                    guard await semaphore.acquire() else { return }
                    counts.change { counts in
                        counts.now += 1
                        counts.most = max(counts.most, counts.now)
                    }
                    await Task.yield()
                    counts.change { counts in
                        counts.now -= 1
                        counts.done += 1
                    }
                    semaphore.release()
                }
            }
        }
        #expect(counts.value.done == 1000)
        #expect(counts.value.most <= 3)
        #expect(semaphore.waiting == 0)
    }

    /// A permit that is passed to a task at the moment of its cancellation must not be lost.
    @Test func `cancellation beside releases loses no permit`() async {
        let semaphore = AsyncSemaphore(permits: 2)
        let tasks = (0..<1000).map { _ in
            Task {
                guard await semaphore.acquire() else { return }
                await Task.yield()
                semaphore.release()
            }
        }
        for task in tasks where Bool.random() { task.cancel() }
        for task in tasks { await task.value }
        #expect(semaphore.waiting == 0)
        #expect(await semaphore.acquire())
        #expect(await semaphore.acquire())
        let third = Task { await semaphore.acquire() }
        #expect(await eventually { semaphore.waiting == 1 })
        third.cancel()
        #expect(await third.value == false)
    }

    private struct Failure: Error, Equatable {
        let text: String
    }

    @Test func `the permit is returned after an error too, and a cancelled call throws the given error`() async {
        let semaphore = AsyncSemaphore(permits: 1)
        await #expect(throws: Failure(text: "body")) {
            try await semaphore.withPermit(orThrow: Failure(text: "cancelled")) { () throws(Failure) in
                throw Failure(text: "body")
            }
        }
        #expect(await semaphore.acquire())
        let task = Task {
            try await semaphore.withPermit(orThrow: Failure(text: "cancelled")) { () throws(Failure) in 1 }
        }
        #expect(await eventually { semaphore.waiting == 1 })
        task.cancel()
        await #expect(throws: Failure(text: "cancelled")) { try await task.value }
    }
}
