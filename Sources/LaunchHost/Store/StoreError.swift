internal import LaunchSuggestions

/// An error of the store: a code for programs, and text for people.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The code of an error.
    public enum Code: String, Sendable {
        /// Another process holds the database for longer than the time limit.
        case busy
        /// The disk is full, or the database has reached its size limit.
        case full
        /// The file or folder must not be read or written.
        case denied
        /// The database is damaged, or contains data that this program did not write.
        case corrupt
        /// The file is not a database, or belongs to another program.
        case notADatabase
        /// A newer program has changed the database.
        case newer
        /// The disk or the file system failed.
        case inputOutput
        /// No queue, job or run has this name; `candidates` has the existing ones.
        case unknown
        /// The name already exists.
        case exists
        /// The text is not a valid name, reference or run ID.
        case invalid
        /// The present state does not permit the request.
        case refused
        /// The run has a new owner. Nothing was written, and the caller must drop the run.
        case stale
        /// The server is away, starting, stopping or without a free connection.
        case unreachable
        /// The name of the server's host does not resolve.
        case unknownHost
        /// The connection broke during a commit. The change may have been made or not.
        case inDoubt
        /// A fault of this program.
        case internalFault
    }

    /// The code, for programs.
    public var code: Code
    /// The problem, and the object that has it.
    public var message: String
    /// What the user can do about it.
    public var hint: String?
    /// The existing names, if an unknown or ambiguous one was given: for suggestions.
    public var candidates: [String]
    /// The name that was given, if it is unknown.
    public var unknown: String?

    public init(
        _ code: Code, _ message: String, hint: String? = nil, candidates: [String] = [], unknown: String? = nil
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.candidates = candidates
        self.unknown = unknown
    }

    /// Whether the same call may succeed later without a change by anyone: the store is locked, full or away.
    package var isTemporary: Bool { isAway || [.busy, .full].contains(code) }

    /// Whether the server cannot be reached, which every call of a program finds at the same time.
    package var isAway: Bool { [.unreachable, .unknownHost, .inDoubt].contains(code) }

    /// The message, followed by the hint.
    public var description: String {
        hint.map { "\(message) \($0)" } ?? message
    }
}

extension StoreError {
    /// The message without its full stop, so that a question can follow.
    fileprivate var sentence: Substring { message.hasSuffix(".") ? message.dropLast() : message[...] }

    /// `; did you mean 'train'?` if the given name is similar to an existing one.
    fileprivate var question: String? {
        guard let unknown, let near = Suggestion.nearest(to: unknown, in: candidates) else { return nil }
        return "; did you mean '\(near)'?"
    }
}

extension LaunchError {
    /// The error of a command that failed with this error of the store.
    public init(_ error: StoreError) {
        let kind: Kind =
            switch error.code {
            case .busy, .full, .unreachable, .inDoubt: .tryAgain
            case .denied: .denied
            case .notADatabase, .newer: .configuration
            case .corrupt, .inputOutput, .unknown, .unknownHost: .unavailable
            case .exists, .invalid, .refused: .invalid
            case .stale, .internalFault: .internalFault
            }
        self.init(kind, error.question.map { "\(error.sentence)\($0)" } ?? error.message, hint: error.hint)
    }
}
