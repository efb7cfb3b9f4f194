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

    /// The login name of a user ID; the number if the account database has no name for it, or does not answer.
    package static func name(of id: uid_t) -> String {
        guard case .name(let name) = lookUp(id) else { return String(id) }
        return name
    }

    /// What the account database says of a user ID.
    package enum Answer: Equatable {
        /// The login name. The number, if the machine has no name for it, or the name is not valid in the record of a
        /// run.
        case name(String)
        /// The database cannot be read, with the error number of the system. A server of accounts may be away, or the
        /// process may have no free descriptor.
        case failed(Int32)
    }

    /// Asks the account database.
    package static func lookUp(_ id: uid_t) -> Answer {
        var buffer = [CChar](repeating: 0, count: 16_384)
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        let code = getpwuid_r(id, &entry, &buffer, buffer.count, &found)
        guard code == 0, found != nil, let text = entry.pw_name else {
            // POSIX has no error for an ID without an account; some systems return these.
            return [0, ENOENT, ESRCH, EBADF, EPERM].contains(code) ? .name(String(id)) : .failed(code)
        }
        let name = String(cString: text)
        return .name(NameGrammar.fault(in: name) == nil ? name : String(id))
    }
}
