internal import Glibc

/// A detached thread that receives no signal.
///
/// So a signal for the program interrupts none of the thread's system calls, and SIGPIPE, which a write to a closed peer
/// raises, does not end the program.
public enum QuietThread {
    private final class Start {
        let run: () -> Void

        init(_ run: @escaping () -> Void) { self.run = run }
    }

    /// Gives a value to a new thread, which runs the body. False if the system cannot start one.
    public static func start<Value>(_ value: sending Value, _ body: @escaping @Sendable (Value) -> Void) -> Bool {
        let start = Unmanaged.passRetained(Start { body(value) })
        // Blocked before the thread exists, so it never receives a signal.
        return withSignalsBlocked {
            var thread = pthread_t()
            let code = pthread_create(
                &thread, nil,
                { context in
                    if let context { Unmanaged<Start>.fromOpaque(context).takeRetainedValue().run() }
                    return nil
                }, start.toOpaque())
            guard code == 0 else {
                start.release()
                return false
            }
            pthread_detach(thread)
            return true
        }
    }

    /// Runs the body with all signals blocked, for a library that starts a thread: the thread inherits the mask.
    public static func withSignalsBlocked<Value>(_ body: () -> Value) -> Value {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return body()
    }
}
