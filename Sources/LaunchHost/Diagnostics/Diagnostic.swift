/// One thing that is wrong with what a user wrote, and where.
public struct Diagnostic: Sendable, Hashable, Codable {
    /// How bad it is.
    public var severity: Finding.Severity
    /// What was found and what was expected.
    public var message: String
    /// What to do about it.
    public var hint: String?
    /// The file, as the user named it.
    public var file: String?
    /// The line in the file, from 1.
    public var line: Int?
    /// The character in the line, from 1.
    public var column: Int?
    /// The text of that line, for showing it with a caret.
    public var sourceLine: String?
    /// Where in the document, where that says more than the line.
    public var path: FieldPath?

    /// A diagnostic from its parts.
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

/// An error that ends a command: what to tell the user, and which of the documented exit codes it is.
public struct LaunchError: Error, Sendable, CustomStringConvertible {
    /// What kind of end it is; the command line maps each to an exit code.
    public enum Kind: String, Sendable {
        /// The command's words are off: 64.
        case usage
        /// The request, the queue's file or a spec is invalid: 65.
        case invalid
        /// A service, an engine or a named thing is not there: 69.
        case unavailable
        /// A fault of this program: 70.
        case internalFault
        /// It may work later: 75.
        case tryAgain
        /// Not permitted: 77.
        case denied
        /// `launch-config.yaml` or the set-up is wrong: 78.
        case configuration
    }

    /// What kind of end it is.
    public var kind: Kind
    /// What happened.
    public var message: String
    /// What to do about it.
    public var hint: String?
    /// Each place that is wrong, where a document is.
    public var diagnostics: [Diagnostic]

    /// An error from its parts.
    public init(_ kind: Kind, _ message: String, hint: String? = nil, diagnostics: [Diagnostic] = []) {
        self.kind = kind
        self.message = message
        self.hint = hint
        self.diagnostics = diagnostics
    }

    /// What a backend's error means for the command that met it.
    public init(_ error: BackendError) {
        let kind: Kind =
            switch error.category {
            case .invalid: .invalid
            case .configuration: .configuration
            case .denied, .expired, .unauthenticated: .denied
            case .throttled, .transient, .capacity, .quota, .conflict: .tryAgain
            case .internalFault: .internalFault
            default: .unavailable
            }
        self.init(kind, error.message, hint: error.hint, diagnostics: error.diagnostics)
    }

    /// The message, and the hint behind it.
    public var description: String {
        hint.map { "\(message) \($0)" } ?? message
    }
}
