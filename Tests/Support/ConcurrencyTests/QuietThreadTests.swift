import Glibc
import LaunchConcurrency
import Testing

@Suite struct QuietThreadTests {
    /// Whether the calling thread blocks the signal.
    private static func blocks(_ signal: Int32) -> Bool {
        var mask = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        return sigismember(&mask, signal) == 1
    }

    @Test func `the thread gets its value, and blocks all signals`() async {
        let answer = SingleValueFuture<[Bool]>()
        let started = QuietThread.start([SIGPIPE, SIGTERM, SIGINT]) { signals in answer.set(signals.map(Self.blocks)) }
        #expect(started)
        #expect(await answer.value == [true, true, true])
    }

    /// A thread of the test runner may block signals already, so the mask is compared with the one before.
    @Test func `the mask of the caller is restored`() {
        let signals = [SIGPIPE, SIGTERM, SIGINT, SIGUSR1]
        let before = signals.map(Self.blocks)
        #expect(QuietThread.withSignalsBlocked { signals.allSatisfy(Self.blocks) })
        #expect(QuietThread.start(()) {})
        #expect(signals.map(Self.blocks) == before)
    }
}
