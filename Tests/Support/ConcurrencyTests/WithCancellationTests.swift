import LaunchConcurrency
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct WithCancellationTests {
    @Test func `the event cancels the body, whose result is returned`() async {
        let event = AsyncEvent()
        let started = SingleValueFuture<Void>()
        async let result = withCancellation(by: event) {
            started.set(())
            // Ends only with the cancellation.
            return await AsyncEvent().wait()
        }
        await started.value
        event.signal()
        #expect(await result == .cancelled)
    }

    @Test func `an earlier signal cancels the body from the beginning`() async {
        let event = AsyncEvent()
        event.signal()
        #expect(await withCancellation(by: event) { await AsyncEvent().wait() } == .cancelled)
    }

    @Test func `without a signal the body ends by itself, and nothing waits for the event any longer`() async {
        let event = AsyncEvent()
        #expect(await withCancellation(by: event) { Task.isCancelled } == false)
        #expect(event.waiting == 0)
    }

    @Test func `the cancellation of the caller cancels the body`() async {
        let started = SingleValueFuture<Void>()
        let caller = Task {
            await withCancellation(by: AsyncEvent()) {
                started.set(())
                return await AsyncEvent().wait()
            }
        }
        await started.value
        caller.cancel()
        #expect(await caller.value == .cancelled)
    }
}
