internal import CLinux
internal import Glibc
internal import LaunchHost

/// What the program gives up at its start, so that a mistake later costs less.
enum ProcessHardening {
    /// New files are for their owner alone, also those of child processes, and a crash leaves no image of the memory, which
    /// holds credentials. Results that a user has chosen a place for get the user's own umask (see `UserMask`).
    static func apply() {
        UserMask.replace(with: 0o077)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        // The hard limit too: children inherit both.
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // Covers core dumps that go to a program instead of a file, and keeps other processes from reading the memory.
        launch_forbid_dumps()
        endOnRequest()
    }

    /// SIGQUIT and SIGABRT end the program at once. Swift's runtime catches them to print a backtrace, and then lets a
    /// program go on that another process sent them to.
    private static func endOnRequest() {
        launch_default_signal(SIGQUIT)
        launch_default_signal(SIGABRT)
    }
}
