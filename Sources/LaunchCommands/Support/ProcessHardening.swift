internal import CLaunchLinux
internal import Glibc
internal import LaunchHost
internal import LaunchOwnership

/// Drops privileges and features of the process at its start, so that later mistakes cost less.
enum ProcessHardening {
    /// Only the owner can access new files, including those of child processes. A crash writes no core dump, because
    /// the memory contains credentials. Results in a folder that the user chose get the user's own umask (see
    /// `UserMask`).
    static func apply() {
        UserMask.replace(with: 0o077)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        // The hard limit is set too, because children inherit both.
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // Also covers core dumps that are piped to a program, and keeps other processes from reading the memory.
        launch_forbid_dumps()
        endOnRequest()
    }

    /// SIGQUIT and SIGABRT end the program at once. Swift's runtime would catch them to print a backtrace, and the
    /// program would continue if another process sent the signal.
    private static func endOnRequest() {
        launch_default_signal(SIGQUIT)
        launch_default_signal(SIGABRT)
    }
}
