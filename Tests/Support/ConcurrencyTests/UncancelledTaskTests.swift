import Dispatch
import LaunchConcurrency
import Testing

@Suite(.timeLimit(.minutes(30))) struct UncancelledTaskTests {
    private struct Failure: Error, Equatable {}

    @Test func `the work of a cancelled task runs uncancelled to its end`() async throws {
        let (begun, gate) = (SingleValueFuture<Void>(), SingleValueFuture<Void>())
        let task = Task {
            await withUncancelledTask {
                begun.set(())
                await gate.value
                return Task.isCancelled
            }
        }
        await begun.value
        task.cancel()
        gate.set(())
        #expect(await task.value == false)
        #expect(task.isCancelled)
    }

    @Test func `a task that is already cancelled still does the work`() async {
        let gate = SingleValueFuture<Void>()
        let task = Task {
            await gate.value
            return await withUncancelledTask { Task.isCancelled }
        }
        task.cancel()
        gate.set(())
        #expect(await task.value == false)
    }

    @Test func `errors keep their type`() async {
        await #expect(throws: Failure()) {
            try await withUncancelledTask { () async throws(Failure) -> Int in throw Failure() }
        }
    }

    @Test func `tasks run on while blocking work blocks its thread`() async {
        let semaphore = DispatchSemaphore(value: 0)
        let work = Task {
            await withBlockingWork { semaphore.wait(timeout: .now() + 600) == .success }
        }
        Task { semaphore.signal() }
        #expect(await work.value)
    }
}
