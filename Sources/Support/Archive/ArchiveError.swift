/// Why an archive cannot be read or written.
public struct ArchiveError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of faults. The set may grow, so it is not an enumeration.
    public struct Code: Sendable, Hashable {
        private let name: String

        /// The bytes are not a tar archive, or one of its headers cannot be understood.
        public static let malformed = Code(name: "malformed")
        /// The archive ends inside its last entry.
        public static let truncated = Code(name: "truncated")
        /// A header is larger than the reader's limit.
        public static let tooLarge = Code(name: "tooLarge")
        /// An entry cannot be written, because its fields contradict each other or its content.
        public static let invalid = Code(name: "invalid")
        /// The system has no memory or no thread left.
        public static let system = Code(name: "system")
    }

    /// The kind of the fault.
    public let code: Code
    /// What was found: a clause without a full stop, such as `Damaged tar archive`.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
