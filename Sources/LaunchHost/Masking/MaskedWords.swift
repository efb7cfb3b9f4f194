/// A stored value that contains text for people, which may quote a server or a tool.
///
/// Only this text is masked. Values that later steps use, such as a request, a handle or a path, stay unchanged: a
/// masked one would start or stop something else.
protocol MaskedWords {
    /// The value with its text masked.
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
    /// Masks each string separately, so the document stays valid. Names of members stay unchanged.
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
