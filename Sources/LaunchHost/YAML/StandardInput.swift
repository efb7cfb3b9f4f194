internal import Synchronization

/// Standard input, which a `-` names where a file is taken.
public enum StandardInput {
    /// What stands for it on a command line.
    public static let path = "-"
    /// What messages call it.
    public static let name = "standard input"

    /// It can be read only once, and a configuration is read by several parts of a command.
    private static let contents = Mutex<[UInt8]?>(nil)

    /// All bytes up to a few more than `limit`, the same ones for each call.
    /// - Throws: `SmallFile.Fault`.
    static func bytes(limit: Int) throws(SmallFile.Fault) -> [UInt8] {
        try contents.withLock { contents throws(SmallFile.Fault) in
            if let contents { return contents }
            let bytes = try SmallFile.bytes(of: "/dev/stdin", limit: limit)
            contents = bytes
            return bytes
        }
    }
}
