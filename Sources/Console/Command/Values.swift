/// Which values an option or argument takes, as far as the parser and the shell's completion need to know.
public enum Values: Sendable {
    /// Anything; the shell proposes nothing.
    case any
    /// One of these words; everything else is refused.
    case oneOf([String])
    /// A path of a file; the shell proposes files.
    case files
    /// A path of a directory; the shell proposes directories.
    case directories
    /// Anything; the shell proposes what the function answers for the arguments so far and the beginning of the word.
    /// It should be quick, have no side effect, and answer nothing rather than fail.
    case dynamic(@Sendable (ParsedArguments, String) async -> [Candidate])

    /// The words accepted, where they are limited.
    var allowed: [String]? {
        if case .oneOf(let words) = self { words } else { nil }
    }
}

/// One word that the shell may propose.
public struct Candidate: Sendable, Equatable {
    /// The word.
    public var word: String
    /// What it is; shells that can show it do.
    public var description: String

    /// A candidate.
    public init(_ word: String, _ description: String = "") {
        self.word = word
        self.description = description
    }
}
