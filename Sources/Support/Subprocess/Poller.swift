import CLaunchLinux
import Glibc
import LaunchConcurrency
import Synchronization

/// Lets tasks wait for descriptors on one thread for the whole program, instead of one blocked thread per task.
final class Poller: Sendable {
    static let shared = Poller()

    private struct State {
        var waiters: [UInt64: SingleValueFuture<Void>] = [:]
        var last: UInt64 = 0
    }

    private let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    private let state = Mutex(State())

    private init() {
        // The poller lives as long as the program.
        let started = QuietThread.start(()) { [self] in loop() }
        precondition(started && epoll >= 0, "the system has no thread or descriptor left")
    }

    /// Returns when the descriptor is readable (or writable) or at its end, or when the task is cancelled. May return
    /// spuriously: call it in a loop that checks the descriptor.
    func wait(_ original: Int32, toWrite: Bool = false) async {
        // A duplicate per wait: epoll accepts a descriptor only once, and two tasks may wait for the same one.
        let descriptor = launch_dup_above_2(original)
        guard descriptor >= 0 else {
            try? await Task.sleep(for: .milliseconds(10))
            return
        }
        defer { close(descriptor) }
        let waiter = SingleValueFuture<Void>()
        let token = state.withLock { state in
            state.last += 1
            state.waiters[state.last] = waiter
            return state.last
        }
        var event = epoll_event()
        event.events = (toWrite ? EPOLLOUT.rawValue : EPOLLIN.rawValue) | EPOLLONESHOT.rawValue
        event.data.u64 = token
        if epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0 { finish(token) }
        await waiter.value(ifCancelled: ())
        // Closing alone is not enough, because the original is still open. Deleting a missing entry has no effect.
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
        finish(token)
    }

    private func finish(_ token: UInt64) {
        state.withLock { $0.waiters.removeValue(forKey: token) }?.set(())
    }

    private func loop() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = epoll_wait(epoll, &events, Int32(events.count), -1)
            for event in events.prefix(Int(max(0, count))) { finish(event.data.u64) }
        }
    }
}
