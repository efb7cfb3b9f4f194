/// The values that an option or argument accepts, for the parser and for completion.
public enum Values: Sendable {
    /// Any value. Completion proposes nothing.
    case any
    /// One of these words. Other values are rejected.
    case oneOf([String])
    /// The path of a file. Completion proposes files.
    case files
    /// The path of a directory. Completion proposes directories.
    case directories
    /// Any value. Completion proposes what the function returns for the arguments so far and the prefix of the word.
    /// The function should be quick and have no side effect. If it fails, it returns an empty array.
    case dynamic(@Sendable (ParsedArguments, String) async -> [Candidate])

    /// The accepted words, if they are limited.
    var allowed: [String]? {
        if case .oneOf(let words) = self { words } else { nil }
    }
}

/// A word that completion proposes.
public struct Candidate: Sendable, Equatable {
    /// The word.
    public var word: String
    /// A description. Some shells show it.
    public var description: String

    public init(_ word: String, _ description: String = "") {
        self.word = word
        self.description = description
    }
}
