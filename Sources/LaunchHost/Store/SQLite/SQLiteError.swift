import CSQLite

extension StoreError {
    /// What SQLite's result code means to a user, with the file and SQLite's own words.
    init(sqlite code: Int32, path: String, said words: String) {
        let detail = "(SQLite says: \(words), code \(code).)"
        // The low byte is the class; the rest of an extended code says which call of the system failed.
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(
                .busy, "The database '\(path)' is locked by another process. \(detail)",
                hint: "Try again; if it stays so, a program that has it open hangs.")
        case SQLITE_FULL:
            self.init(
                .full, "There is no room left to write to the database '\(path)'. \(detail)",
                hint: "Free some space on that disk and try again.")
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
            self.init(
                .inputOutput, "Reading or writing the database '\(path)' failed. \(detail)",
                hint: "Check the disk and its file system; network file systems do not work.")
        default:
            self.init(.internalFault, "A statement on the database '\(path)' failed. \(detail)")
        }
    }
}
