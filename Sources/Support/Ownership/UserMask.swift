internal import Glibc
internal import Synchronization

/// The user's umask at the start of the program.
///
/// The program creates its own files accessible only to the owner. Files in folders that the user has chosen, such as
/// the results of a rehearsal, get the modes that the user's umask implies.
public enum UserMask {
    /// The user's umask plus one; 0 while the process still uses it.
    private static let kept = Atomic<UInt32>(0)

    /// Sets the umask of this process and stores the user's umask.
    public static func replace(with mask: UInt32) {
        let user = umask(mode_t(mask & 0o777))
        _ = kept.compareExchange(expected: 0, desired: UInt32(user) + 1, ordering: .relaxed)
    }

    /// The mode `wanted` reduced by the user's umask; nil while the process still uses that umask, because the system
    /// applies it.
    public static func mode(_ wanted: UInt32) -> UInt32? {
        let value = kept.load(ordering: .relaxed)
        return value == 0 ? nil : wanted & ~(value - 1)
    }

    /// Sets the mode of an entry to `wanted` reduced by the user's umask.
    public static func apply(_ wanted: UInt32, to path: String) {
        if let mode = mode(wanted) { chmod(path, mode_t(mode)) }
    }
}
