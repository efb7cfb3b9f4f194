/// Why a program did not run to its own end. It never contains arguments, environment, input or output.
public struct SubprocessError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure. A new kind can be added without breaking callers.
    public struct Code: Sendable, Hashable {
        private enum Kind: Sendable { case notFound, cannotStart, timedOut, cancelled }

        private let kind: Kind

        /// The program is not on the PATH, or not at the given path.
        public static let notFound = Code(kind: .notFound)
        /// The program, its working directory or its input could not be opened, or the system is out of resources.
        public static let cannotStart = Code(kind: .cannotStart)
        /// The program exceeded the time limit; it and its group were stopped.
        public static let timedOut = Code(kind: .timedOut)
        /// The task was cancelled; the program and its group were stopped.
        public static let cancelled = Code(kind: .cancelled)
    }

    /// The kind of failure.
    public let code: Code
    /// One sentence for the user.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
