internal import Glibc
internal import Synchronization

/// The umask that the user had when the program started.
///
/// The program itself makes everything for its owner alone. What it puts into a folder that the user has chosen, such as
/// the results of a rehearsal, gets the modes that any other program of the user would give.
public enum UserMask {
    /// The user's umask plus one; 0 while the process still has it.
    private static let kept = Atomic<UInt32>(0)

    /// Sets the umask of this process and keeps the user's.
    public static func replace(with mask: UInt32) {
        let user = umask(mode_t(mask & 0o777))
        _ = kept.compareExchange(expected: 0, desired: UInt32(user) + 1, ordering: .relaxed)
    }

    /// The mode that the user's umask leaves of `wanted`; nil while the process still has that umask, and the system
    /// applies it by itself.
    public static func mode(_ wanted: UInt32) -> UInt32? {
        let value = kept.load(ordering: .relaxed)
        return value == 0 ? nil : wanted & ~(value - 1)
    }

    /// Gives an entry that was made under this process's umask the mode that the user's umask leaves of `wanted`.
    public static func apply(_ wanted: UInt32, to path: String) {
        if let mode = mode(wanted) { chmod(path, mode_t(mode)) }
    }
}
