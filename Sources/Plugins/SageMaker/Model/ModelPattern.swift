internal import Synchronization

/// A pattern of the service's model, which a whole text must match though nothing in it says so.
///
/// The patterns are Java's. What that means here: characters are Unicode scalars, `\d`, `\w`, `\s` are ASCII, `\p{Alnum}`
/// is too, and `.` stops at the end of a line. The commonest patterns need no regular expression; the others are
/// compiled when they are first asked.
struct ModelPattern: Sendable {
    /// The pattern as the model has it.
    let text: String
    private let form: Form

    private enum Form: Sendable {
        /// `[\S\s]*`: any text.
        case anything
        /// `.*`, `.+`: any text in one line.
        case line(least: Int)
        /// `[a-z_]*`, `[a-z_]+`, for texts in ASCII; the expression is for others.
        case alphabet(ASCIISet, least: Int, CompiledPattern)
        /// Any other.
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

    /// Whether all of `value` matches. A pattern that this toolchain cannot read refuses nothing: SageMaker will tell.
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

    /// Whether it can be read at all; the tests hold every pattern of the model against this.
    var isReadable: Bool {
        switch form {
        case .anything, .line: true
        case .alphabet(_, _, let compiled), .expression(let compiled): compiled.isReadable
        }
    }

    /// What Java's `.` stops at.
    private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }
}

/// A pattern's regular expression, compiled at its first use.
///
/// A `Regex` may not be used from two threads at once, so it stays behind its lock; a match takes microseconds.
final class CompiledPattern: Sendable {
    private enum State {
        case untried
        case ready(Regex<AnyRegexOutput>)
        case unreadable
    }

    private let text: String
    /// Of `X(?<!-)`, the only look-behind in the model, what may not stand at the end.
    private let forbiddenEnd: Character?
    private let state = Mutex(State.untried)

    init(_ pattern: String) {
        var text = pattern
        // Swift's Regex has no look-behind. At the end of a whole match it only says how the text may not end.
        if text.hasSuffix("(?<!-)") {
            text.removeLast("(?<!-)".count)
            forbiddenEnd = "-"
        } else {
            forbiddenEnd = nil
        }
        // In Swift this would be every letter and digit of Unicode. It stands in brackets only.
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
