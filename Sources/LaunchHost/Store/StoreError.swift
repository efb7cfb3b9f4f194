internal import Suggestions

/// Why the store could not do what it was asked: a code to act on, and words for people.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What to act on.
    public enum Code: String, Sendable {
        /// Another process holds the database, for longer than anybody waits.
        case busy
        /// The disk, or the database's own limit, is full.
        case full
        /// The file or folder may not be read or written.
        case denied
        /// The database is damaged, or holds what this program did not write.
        case corrupt
        /// The file is no database, or one of another program.
        case notADatabase
        /// A newer program has changed the database.
        case newer
        /// The disk or file system does not work.
        case inputOutput
        /// No queue, job or run of that name; `candidates` has those that exist.
        case unknown
        /// There is one of that name already.
        case exists
        /// The text is no valid name, reference or run ID.
        case invalid
        /// What was asked does not go together with the state of things.
        case refused
        /// The run has a new owner: whoever gets this must let go of the run, and nothing was written.
        case stale
        /// A fault of this program.
        case internalFault
    }

    /// What to act on.
    public var code: Code
    /// What happened, and to what.
    public var message: String
    /// What the user can do about it.
    public var hint: String?
    /// The names there are, where an unknown or ambiguous one was given: for a did-you-mean.
    public var candidates: [String]
    /// The name that was given, where it is unknown.
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

    /// The message, and the hint behind it.
    public var description: String {
        hint.map { "\(message) \($0)" } ?? message
    }
}

extension StoreError {
    /// The message without its full stop, for a question behind it.
    fileprivate var sentence: Substring { message.hasSuffix(".") ? message.dropLast() : message[...] }

    /// `; did you mean 'train'?` where the name that was given is near one that there is.
    fileprivate var question: String? {
        guard let unknown, let near = Suggestion.nearest(to: unknown, in: candidates) else { return nil }
        return "; did you mean '\(near)'?"
    }
}

extension LaunchError {
    /// What a store's error means for the command that met it.
    public init(_ error: StoreError) {
        let kind: Kind =
            switch error.code {
            case .busy, .full: .tryAgain
            case .denied: .denied
            case .notADatabase, .newer: .configuration
            case .corrupt, .inputOutput, .unknown: .unavailable
            case .exists, .invalid, .refused: .invalid
            case .stale, .internalFault: .internalFault
            }
        self.init(kind, error.question.map { "\(error.sentence)\($0)" } ?? error.message, hint: error.hint)
    }
}
