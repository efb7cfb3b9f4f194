import LaunchConcurrency
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct KeyedLockTests {
    private struct Cancelled: Error, Equatable {}

    @Test func `one task at a time has a key, and keys do not affect each other`() async throws {
        let lock = KeyedLock<Int>()
        let state = Shared((now: [Int: Int](), most: 0, done: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<1000 {
                group.addTask {
                    try await lock.withLock(number % 4, orThrow: Cancelled()) { () throws(Cancelled) in
                        state.change { state in
                            state.now[number % 4, default: 0] += 1
                            state.most = max(state.most, state.now[number % 4] ?? 0)
                        }
                        await Task.yield()
                        state.change { state in
                            state.now[number % 4, default: 0] -= 1
                            state.done += 1
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(state.value.most == 1)
        #expect(state.value.done == 1000)
        #expect(lock.keysInUse == 0)

        // Another key is free while this one is held.
        try await lock.withLock(1, orThrow: Cancelled()) { () throws(Cancelled) in
            try await lock.withLock(2, orThrow: Cancelled()) { () throws(Cancelled) in #expect(lock.keysInUse == 2) }
        }
    }

    @Test func `a cancelled task stops waiting, and forgets its key`() async throws {
        let lock = KeyedLock<String>()
        let gate = SingleValueFuture<Void>()
        let holder = Task {
            try await lock.withLock("a", orThrow: Cancelled()) { () throws(Cancelled) in await gate.value }
        }
        #expect(await eventually { lock.keysInUse == 1 })
        let waiting = Task {
            try await lock.withLock("a", orThrow: Cancelled()) { () throws(Cancelled) in }
        }
        waiting.cancel()
        await #expect(throws: Cancelled()) { try await waiting.value }
        gate.set(())
        try await holder.value
        #expect(lock.keysInUse == 0)
    }
}
