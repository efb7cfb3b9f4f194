internal import Synchronization

/// A pattern of the service's model. A whole text must match it, although the pattern has no anchors.
///
/// The patterns are Java's: characters are Unicode scalars, `\d`, `\w`, `\s` and `\p{Alnum}` are ASCII, and `.` does
/// not match a line terminator. The most frequent patterns need no regular expression; the others are compiled at their
/// first use.
struct ModelPattern: Sendable {
    /// The pattern as the model writes it.
    let text: String
    private let form: Form

    private enum Form: Sendable {
        /// `[\S\s]*`: any text.
        case anything
        /// `.*`, `.+`: any text in one line.
        case line(least: Int)
        /// `[a-z_]*`, `[a-z_]+`: the set for ASCII texts, the expression for others.
        case alphabet(ASCIISet, least: Int, CompiledPattern)
        /// Any other pattern.
        case expression(CompiledPattern)
    }

    init(_ text: String) {
        self.text = text
        switch text {
        case #"[\S\s]*"#, #"[\s\S]*"#: form = .anything
        case ".*": form = .line(least: 0)
        case ".+": form = .line(least: 1)
        default:
            let compiled = CompiledPattern(text)
            if let (set, least) = ASCIISet.repeated(in: text) {
                form = .alphabet(set, least: least, compiled)
            } else {
                form = .expression(compiled)
            }
        }
    }

    /// Whether all of `value` matches. A pattern that this toolchain cannot compile accepts every text; SageMaker
    /// checks it.
    func matches(_ value: String) -> Bool {
        switch form {
        case .anything:
            return true
        case .line(let least):
            return value.unicodeScalars.allSatisfy { !Self.endsLine($0) } && (least == 0 || !value.isEmpty)
        case .alphabet(let set, let least, let compiled):
            switch set.holds(value.utf8) {
            case true?: return least == 0 || !value.isEmpty
            case false?: return false
            case nil: return compiled.matches(value)
            }
        case .expression(let compiled):
            return compiled.matches(value)
        }
    }

    /// Whether the pattern compiles. The tests check this for every pattern of the model.
    var isReadable: Bool {
        switch form {
        case .anything, .line: true
        case .alphabet(_, _, let compiled), .expression(let compiled): compiled.isReadable
        }
    }

    /// Whether the scalar is a line terminator, which Java's `.` does not match.
    private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }
}

/// A pattern's regular expression, compiled at its first use.
///
/// A `Regex` must not be used from two threads at once, so a lock protects it; a match takes microseconds.
final class CompiledPattern: Sendable {
    private enum State {
        case untried
        case ready(Regex<AnyRegexOutput>)
        case unreadable
    }

    private let text: String
    /// For the suffix `(?<!-)`, the only look-behind in the model: the character that must not be last.
    private let forbiddenEnd: Character?
    private let state = Mutex(State.untried)

    init(_ pattern: String) {
        var text = pattern
        // Swift's Regex has no look-behind. At the end of a pattern for whole texts, this one only forbids a last
        // character.
        if text.hasSuffix("(?<!-)") {
            text.removeLast("(?<!-)".count)
            forbiddenEnd = "-"
        } else {
            forbiddenEnd = nil
        }
        // In Swift, `\p{Alnum}` matches every letter and digit of Unicode. The model uses it only inside brackets.
        self.text = text.replacing(#"\p{Alnum}"#, with: "a-zA-Z0-9")
    }

    var isReadable: Bool {
        state.withLock { state in compile(&state) != nil }
    }

    func matches(_ value: String) -> Bool {
        if let forbiddenEnd, value.last == forbiddenEnd { return false }
        return state.withLock { state in
            guard let expression = compile(&state) else { return true }
            return value.wholeMatch(of: expression) != nil
        }
    }

    private func compile(_ state: inout State) -> Regex<AnyRegexOutput>? {
        switch state {
        case .ready(let expression): return expression
        case .unreadable: return nil
        case .untried:
            guard let expression = try? Regex(text) else {
                state = .unreadable
                return nil
            }
            let strict = expression.matchingSemantics(.unicodeScalar).asciiOnlyCharacterClasses()
            state = .ready(strict)
            return strict
        }
    }
}
