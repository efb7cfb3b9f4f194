import CLinux
import Glibc

/// Rules of Landlock that are ready for one process; closed with the value.
final class LandlockRules {
    let descriptor: Int32

    /// Nil where the kernel does not have Landlock, or does not allow it to be used.
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

    /// Programs expect that these can be written to.
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

    /// O_PATH, which Glibc's module does not have.
    private static let pathOnly: Int32 = 0o10000000

    /// Rights to files, as the kernel numbers them.
    private struct Rights: OptionSet {
        let rawValue: UInt64

        static let truncate = Rights(rawValue: 1 << 14)
        /// To read a file and a folder.
        static let reading = Rights(rawValue: 1 << 2 | 1 << 3)
        /// To write a file, to make and remove entries of each kind, to move between folders, and to truncate.
        static let changing = Rights(rawValue: 1 << 1 | 0b1_1111_1111 << 4 | 1 << 13 | 1 << 14)
        /// Those that can be given to a file.
        static let ofFiles = Rights(rawValue: 1 << 1 | 1 << 2 | 1 << 14)
    }
}
