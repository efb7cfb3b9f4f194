import CLaunchSQLite
import Glibc

extension StoreError {
    /// The meaning of SQLite's result code for a user, with the file and SQLite's own message.
    /// - Parameter systemError: the `errno` that caused the code; 0 if unknown.
    init(sqlite code: Int32, path: String, said words: String, systemError: Int32 = 0) {
        let detail = "(SQLite says: \(words), code \(code).)"
        // The low byte is the class; the rest of an extended code identifies the failed system call.
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(
                .busy, "The database '\(path)' is locked by another process. \(detail)",
                hint: "Try again; if the error stays, a program that has the database open hangs.")
        case _ where code & 0xff == SQLITE_FULL || Self.isFull(systemError):
            self.init(
                .full, "The database '\(path)' cannot be written, because the disk or the quota is full. \(detail)",
                hint: systemError == EDQUOT
                    ? "The user's quota on that disk is used up: free some space and try again."
                    : "Free some space on that disk and try again.")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            self.init(
                .denied, "The database '\(path)' may not be written to. \(detail)",
                hint: "Check who owns the file and its folder, or set LAUNCH_HOME to a folder of your own.")
        case SQLITE_CANTOPEN:
            self.init(
                .denied, "The database '\(path)' cannot be opened. \(detail)",
                hint: "Check that its folder exists and is yours, or set LAUNCH_HOME to a folder of your own.")
        case SQLITE_NOTADB:
            self.init(
                .notADatabase, "The file '\(path)' is not an SQLite database. \(detail)",
                hint: "Move it away, or set LAUNCH_HOME to another folder.")
        case SQLITE_CORRUPT:
            self.init(
                .corrupt, "The database '\(path)' is damaged. \(detail)",
                hint: "Move it away and start with a new one, or repair a copy with sqlite3's '.recover'.")
        case SQLITE_IOERR:
            let reason = systemError == 0 ? "" : ": \(String(cString: strerror(systemError)))"
            let place = NetworkFileSystem.kind(of: path).map {
                "It is on a network file system (\($0)), where databases do not work."
            }
            self.init(
                .inputOutput, "Reading or writing the database '\(path)' failed\(reason). \(detail)",
                hint: place.map { "\($0) Set LAUNCH_HOME to a folder on a local disk." }
                    ?? "Check the disk and its file system, and that its folder is still there.")
        default:
            self.init(.internalFault, "A statement on the database '\(path)' failed. \(detail)")
        }
    }

    /// SQLite reports a full disk as an I/O error if the failed call is not a write of its own, such as the creation of
    /// a shared-memory file.
    private static func isFull(_ systemError: Int32) -> Bool {
        [ENOSPC, EDQUOT].contains(systemError)
    }
}
