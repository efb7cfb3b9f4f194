/// One error or warning about something that a user wrote, with its place.
public struct Diagnostic: Sendable, Hashable, Codable {
    /// Whether it is an error or a warning.
    public var severity: Finding.Severity
    /// What was found and what was expected.
    public var message: String
    /// What the user can do about it.
    public var hint: String?
    /// The file, as the user named it.
    public var file: String?
    /// The line in the file, from 1.
    public var line: Int?
    /// The character in the line, from 1.
    public var column: Int?
    /// The text of the line, which is shown with a caret.
    public var sourceLine: String?
    /// The path of the field, if it is more specific than the line.
    public var path: FieldPath?

    public init(
        _ severity: Finding.Severity = .error, _ message: String, hint: String? = nil, file: String? = nil,
        line: Int? = nil, column: Int? = nil, sourceLine: String? = nil, path: FieldPath? = nil
    ) {
        self.severity = severity
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line
        self.column = column
        self.sourceLine = sourceLine
        self.path = path
    }
}

/// An error that ends a command: the text for the user, and the kind that decides the exit code.
public struct LaunchError: Error, Sendable, CustomStringConvertible {
    /// The kind of error; the command line maps each kind to an exit code.
    public enum Kind: String, Sendable {
        /// The arguments of the command are wrong: 64.
        case usage
        /// The request, the queue's file or a spec is invalid: 65.
        case invalid
        /// A service, an engine or a named object is not available: 69.
        case unavailable
        /// A fault of this program: 70.
        case internalFault
        /// A later try may succeed: 75.
        case tryAgain
        /// Not permitted: 77.
        case denied
        /// `launch-config.yaml` or the environment of the program is wrong: 78.
        case configuration
    }

    /// The kind, which decides the exit code.
    public var kind: Kind
    /// What happened.
    public var message: String
    /// What the user can do about it.
    public var hint: String?
    /// The places that are wrong, if the error is about a document.
    public var diagnostics: [Diagnostic]

    public init(_ kind: Kind, _ message: String, hint: String? = nil, diagnostics: [Diagnostic] = []) {
        self.kind = kind
        self.message = message
        self.hint = hint
        self.diagnostics = diagnostics
    }

    /// The message, followed by the hint.
    public var description: String {
        hint.map { "\(message) \($0)" } ?? message
    }
}
