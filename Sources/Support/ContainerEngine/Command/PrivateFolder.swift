internal import FoundationEssentials
internal import Glibc
internal import LaunchOwnership
internal import LaunchSafeFiles

/// A temporary folder for logins. Only its owner can read it, and it is deleted with this value.
///
/// This value holds a lock on the folder, which the kernel releases when the process ends. So the folder of a killed
/// process can be distinguished from one in use, and it is deleted when the next folder is made.
public struct PrivateFolder: ~Copyable {
    /// The absolute path.
    public let path: String
    private let lock: FileLock

    static let dockerPrefix = "launch-docker-"

    /// Makes a folder in `parent` whose name begins with `prefix`, and deletes abandoned ones of this prefix there.
    public init(in parent: String, prefix: String) throws(EngineError) {
        do throws(OwnershipProblem) {
            // The entry itself does not exist yet; its parent folders are checked.
            try Ownership.checkParents(of: "\(parent)/\(prefix)")
        } catch {
            throw EngineError(
                .denied, "A login cannot be stored in '\(parent)': \(error.description)",
                hint: "\(error.remedy) Or set TMPDIR to a folder of your own.")
        }
        Self.removeAbandoned(in: parent, prefix: prefix)
        var reason = "another process holds it"
        for _ in 0..<Self.tries {
            // mkdtemp replaces the last six letters.
            var template = Array("\(parent)/\(prefix)\(String(repeating: "X", count: 6))".utf8CString)
            guard let made = mkdtemp(&template) else {
                throw EngineError(.server, "No temporary folder could be made: \(String(cString: strerror(errno))).")
            }
            let path = String(cString: made)
            do throws(FileFailure) {
                // Another process that cleans up may see the folder before it is locked, and delete it.
                if let lock = try FileLock.folder(path), access(path, W_OK) == 0 {
                    (self.path, self.lock) = (path, lock)
                    return
                }
            } catch {
                reason = error.reason
            }
            try? FileManager.default.removeItem(atPath: path)
        }
        throw EngineError(
            .server, "No temporary folder in '\(parent)' could be locked: \(reason).",
            hint: "Set TMPDIR to a folder of a local disk.")
    }

    /// Another process that cleans up can interfere once or twice; a file system without locks fails every time.
    private static let tries = 8

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func removeAbandoned(in parent: String, prefix: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
            let path = "\(parent)/\(name)"
            // Not a symbolic link, and not another user's folder.
            guard let lock = try? FileLock.folder(path) else { continue }
            withExtendedLifetime(lock) { try? FileManager.default.removeItem(atPath: path) }
        }
    }
}
