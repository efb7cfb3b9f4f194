/// Why a program did not run to its own end. It never holds arguments, environment, input or output.
public struct SubprocessError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure, made so that kinds can be added without breaking callers.
    public struct Code: Sendable, Hashable {
        private enum Kind: Sendable { case notFound, cannotStart, timedOut, cancelled }

        private let kind: Kind

        /// There is no such program on the PATH or at the path.
        public static let notFound = Code(kind: .notFound)
        /// The program, its working directory or its input could not be opened, or the system has no room.
        public static let cannotStart = Code(kind: .cannotStart)
        /// The time limit passed; the program and its group have been ended.
        public static let timedOut = Code(kind: .timedOut)
        /// The task was cancelled; the program and its group have been ended.
        public static let cancelled = Code(kind: .cancelled)
    }

    /// What kind of failure it is.
    public let code: Code
    /// One sentence for a person.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
