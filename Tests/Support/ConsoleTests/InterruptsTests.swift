import Foundation
import LaunchConsole
import Testing

@Suite struct InterruptsTests {
    @Test func `the first and the second are two events`() async {
        await #expect(processExitsWith: .exitCode(42)) {
            let interrupts = Interrupts()
            var events = interrupts.events.makeAsyncIterator()
            kill(getpid(), SIGINT)
            guard await events.next() == .interrupt else { exit(1) }
            kill(getpid(), SIGTERM)
            guard await events.next() == .terminate else { exit(2) }
            kill(getpid(), SIGINT)
            guard await events.next() == .interrupt else { exit(3) }
            interrupts.stop()
            guard await events.next() == nil else { exit(4) }
            exit(42)
        }
    }

    @Test func `a blocked main thread hides nothing`() async {
        await #expect(processExitsWith: .exitCode(42)) {
            DispatchQueue.main.async { while true { sleep(60) } }
            let interrupts = Interrupts()
            var events = interrupts.events.makeAsyncIterator()
            kill(getpid(), SIGTERM)
            exit(await events.next() == .terminate ? 42 : 1)
        }
    }

    @Test func `what was ignored stays ignored`() async {
        await #expect(processExitsWith: .exitCode(42)) {
            signal(SIGINT, SIG_IGN)
            let interrupts = Interrupts()
            var events = interrupts.events.makeAsyncIterator()
            kill(getpid(), SIGINT)
            kill(getpid(), SIGTERM)
            exit(await events.next() == .terminate ? 42 : 1)
        }
    }
}
