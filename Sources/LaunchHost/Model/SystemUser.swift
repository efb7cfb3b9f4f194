internal import Glibc

/// The user that the process runs as.
public enum SystemUser {
    /// The login name of the effective user; the number where the machine has no name for it.
    public static var name: String {
        let id = geteuid()
        var buffer = [CChar](repeating: 0, count: 16_384)
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        guard getpwuid_r(id, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
            return String(id)
        }
        return String(cString: name)
    }
}
