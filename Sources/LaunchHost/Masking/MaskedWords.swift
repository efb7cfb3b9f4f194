/// A value of the store with words for people in it, which may quote a server or a tool.
///
/// Only these words are masked. What work continues with, such as a request, a handle or a path, is kept as it is: a
/// changed one would start or stop something else.
protocol MaskedWords {
    /// The value with its words masked.
    func masked(by mask: SecretMask) -> Self
}

extension Cause: MaskedWords {
    func masked(by mask: SecretMask) -> Cause {
        Cause(code, mask.mask(message), exitCode: exitCode)
    }
}

extension PastAttempt: MaskedWords {
    func masked(by mask: SecretMask) -> PastAttempt {
        PastAttempt(
            handle: handle, cause: cause?.masked(by: mask), backendStatus: mask.mask(backendStatus),
            startedAt: startedAt, endedAt: endedAt)
    }
}

extension Outcome: MaskedWords {
    func masked(by mask: SecretMask) -> Outcome {
        Outcome(
            outputs: outputs, metrics: metrics, warnings: warnings.map { mask.mask($0) },
            facts: facts.map { Fact($0.name, mask.mask($0.value)) })
    }
}

extension JSONValue: MaskedWords {
    /// Each text is masked by itself, so the document stays whole. Names of members stay as they are.
    func masked(by mask: SecretMask) -> JSONValue {
        switch self {
        case .string(let text): .string(mask.mask(text))
        case .array(let items): .array(items.masked(by: mask))
        case .object(let members): .object(members.mapValues { $0.masked(by: mask) })
        default: self
        }
    }
}

extension Array: MaskedWords where Element: MaskedWords {
    func masked(by mask: SecretMask) -> [Element] { map { $0.masked(by: mask) } }
}
