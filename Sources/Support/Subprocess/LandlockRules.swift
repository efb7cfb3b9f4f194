import CLaunchLinux
import Glibc

/// A set of Landlock rules for one process. The descriptor is closed with the value.
final class LandlockRules {
    let descriptor: Int32

    /// Nil if the kernel does not have Landlock, or does not allow its use.
    init?(_ confinement: Subprocess.Confinement) {
        guard Subprocess.Confinement.isEnforced, let version = Subprocess.Confinement.landlockVersion else {
            return nil
        }
        let changing = version >= 3 ? Rights.changing : Rights.changing.subtracting(.truncate)
        let handled = confinement.readable == nil ? changing : changing.union(.reading)
        let rules = launch_landlock_create(handled.rawValue, version >= 6 ? Self.signals : 0)
        guard rules >= 0 else { return nil }
        descriptor = rules
        for place in Self.devices { allow(place, handled) }
        for place in confinement.writable { allow(place, handled) }
        for place in confinement.readable ?? [] { allow(place, handled.intersection(.reading)) }
    }

    deinit { close(descriptor) }

    /// Programs expect to write to these.
    private static let devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/random", "/dev/urandom"]
    /// LANDLOCK_SCOPE_SIGNAL
    private static let signals: UInt64 = 1 << 1

    private func allow(_ place: String, _ rights: Rights) {
        let file = open(place, Self.pathOnly | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0 else { return }
        let fitting = facts.st_mode & S_IFMT == S_IFDIR ? rights : rights.intersection(.ofFiles)
        _ = launch_landlock_allow(descriptor, file, fitting.rawValue)
    }

    /// O_PATH, which is missing from Swift's Glibc module.
    private static let pathOnly: Int32 = 0o10000000

    /// Rights to files, with the kernel's numbers.
    private struct Rights: OptionSet {
        let rawValue: UInt64

        static let truncate = Rights(rawValue: 1 << 14)
        /// Read files and folders.
        static let reading = Rights(rawValue: 1 << 2 | 1 << 3)
        /// Write files, create and remove entries of each kind, move between folders, and truncate.
        static let changing = Rights(rawValue: 1 << 1 | 0b1_1111_1111 << 4 | 1 << 13 | 1 << 14)
        /// The rights that apply to a file.
        static let ofFiles = Rights(rawValue: 1 << 1 | 1 << 2 | 1 << 14)
    }
}
