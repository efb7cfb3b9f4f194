import LaunchConcurrency
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct SingleValueFutureTests {
    @Test func `only the first value counts`() async {
        let future = SingleValueFuture<Int>()
        #expect(future.set(1))
        #expect(!future.set(2))
        #expect(await future.value == 1)
        #expect(await future.value(ifCancelled: 3) == 1)
    }

    @Test func `1,000 waiters get the value`() async {
        let future = SingleValueFuture<Int>()
        let sum = Shared(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<1000 {
                group.addTask {
                    let value = await future.value
                    sum.change { $0 += value }
                }
            }
            group.addTask { future.set(2) }
        }
        #expect(sum.value == 2000)
    }

    @Test func `nil is a value like any other`() async {
        let future = SingleValueFuture<Int?>()
        #expect(future.set(nil))
        #expect(!future.set(1))
        #expect(await future.value == nil)
    }

    @Test func `a cancelled waiter gets its own answer; the others wait on`() async {
        let future = SingleValueFuture<String>()
        let cancelled = Task { await future.value(ifCancelled: "cancelled") }
        let patient = Task { await future.value }
        cancelled.cancel()
        patient.cancel()
        #expect(await cancelled.value == "cancelled")
        future.set("set")
        #expect(await patient.value == "set")
    }

    @Test func `a task that is already cancelled does not wait, but gets a value that is there`() async {
        let future = SingleValueFuture<Int>()
        let gate = SingleValueFuture<Void>()
        let task = Task {
            await gate.value
            return await future.value(ifCancelled: 0)
        }
        task.cancel()
        gate.set(())
        #expect(await task.value == 0)
        future.set(1)
        let late = Task { await future.value(ifCancelled: 0) }
        late.cancel()
        #expect(await late.value == 1)
    }

    /// Each waiter continues exactly once, whichever of the value and the cancellation comes first.
    @Test func `cancellation beside the value resumes every waiter`() async {
        for _ in 0..<200 {
            let future = SingleValueFuture<Int>()
            let tasks = (0..<10).map { _ in Task { await future.value(ifCancelled: 0) } }
            let setter = Task { future.set(1) }
            for task in tasks.dropFirst(3) { task.cancel() }
            _ = await setter.value
            for task in tasks { #expect([0, 1].contains(await task.value)) }
            for task in tasks.prefix(3) { #expect(await task.value == 1) }
        }
    }
}
