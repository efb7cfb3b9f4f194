package import Glibc

/// The account that the process runs as, from the kernel and the account database. No environment variable can change
/// it.
package enum SystemUser {
    /// The login name of the real user. The numeric user ID, if the machine has no name for it, or the name is not
    /// valid in the record of a run.
    package static var name: String { name(of: getuid()) }

    /// The user and the host name: `ada@host`.
    package static var atHost: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return name }
        return "\(name)@\(String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))"
    }

    /// The login name of a user ID.
    package static func name(of id: uid_t) -> String {
        var buffer = [CChar](repeating: 0, count: 16_384)
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        guard getpwuid_r(id, &entry, &buffer, buffer.count, &found) == 0, found != nil, let text = entry.pw_name else {
            return String(id)
        }
        let name = String(cString: text)
        return NameGrammar.fault(in: name) == nil ? name : String(id)
    }
}
