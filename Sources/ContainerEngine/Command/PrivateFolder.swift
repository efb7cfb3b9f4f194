internal import FoundationEssentials
internal import Glibc
internal import Ownership

/// A temporary folder for logins, which only its owner can read and which is gone when its owner is.
///
/// Its owner holds a lock on it, which the kernel frees with the process. So what a killed process has left is told from
/// what is in use, and goes when the next folder is made.
struct PrivateFolder: ~Copyable {
    /// Its absolute path.
    let path: String
    private let lock: Int32

    private static let prefix = "launch-docker-"

    /// Makes one in `parent`, and removes those that were left there.
    init(in parent: String) throws(EngineError) {
        do throws(OwnershipProblem) {
            // The entry below does not exist; what counts are the folders above it.
            try Ownership.checkParents(of: "\(parent)/\(Self.prefix)")
        } catch {
            throw EngineError(
                .denied, "A login cannot be kept in '\(parent)': \(error.description)",
                hint: "\(error.remedy) Or set TMPDIR to a folder of your own.")
        }
        Self.removeAbandoned(in: parent)
        var reason: Int32 = 0
        for _ in 0..<Self.tries {
            var template = Array("\(parent)/\(Self.prefix)XXXXXX".utf8CString)
            guard let made = mkdtemp(&template) else {
                throw EngineError(.server, "No temporary folder could be made: \(String(cString: strerror(errno))).")
            }
            let path = String(cString: made)
            let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            // Whoever cleans up at this moment sees it without its lock, and removes it.
            if lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0, access(path, W_OK) == 0 {
                (self.path, self.lock) = (path, lock)
                return
            }
            reason = errno
            if lock >= 0 { close(lock) }
            try? FileManager.default.removeItem(atPath: path)
        }
        throw EngineError(
            .server, "No temporary folder in '\(parent)' could be locked: \(String(cString: strerror(reason))).",
            hint: "Set TMPDIR to a folder of a local disk.")
    }

    /// Somebody who cleans up may be in the way once or twice; a file system without locks always is.
    private static let tries = 8

    deinit {
        try? FileManager.default.removeItem(atPath: path)
        close(lock)
    }

    private static func removeAbandoned(in parent: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
            let path = "\(parent)/\(name)"
            // Not a link to something else, and not another user's.
            let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
            guard lock >= 0 else { continue }
            defer { close(lock) }
            var facts = stat()
            guard fstat(lock, &facts) == 0, facts.st_uid == geteuid(), flock(lock, LOCK_EX | LOCK_NB) == 0 else {
                continue
            }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
