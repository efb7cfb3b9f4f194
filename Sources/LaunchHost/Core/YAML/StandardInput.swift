internal import Synchronization

/// Standard input, which a command reads if a file is given as `-`.
package enum StandardInput {
    /// The text that means standard input on a command line.
    package static let path = "-"
    /// Its name in messages.
    package static let name = "standard input"

    /// Whether a path means standard input.
    package static func isNamed(by path: String) -> Bool { path == Self.path || path == "/dev/stdin" }

    /// Standard input can be read only once, and several parts of a command read a configuration.
    private static let contents = Mutex<[UInt8]?>(nil)

    /// The bytes, a few more than `limit` at most. Every call returns the same bytes.
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
