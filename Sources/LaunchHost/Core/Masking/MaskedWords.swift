/// A stored value that contains text for people, which may quote a server or a tool.
///
/// Only this text is masked. Values that later steps use, such as a request, a handle or a path, stay unchanged: a
/// masked one would start or stop something else.
package protocol MaskedWords {
    /// The value with its text masked.
    func masked(by mask: SecretMask) -> Self
}

extension JSONValue: MaskedWords {
    /// Masks each string separately, so the document stays valid. Names of members stay unchanged.
    package func masked(by mask: SecretMask) -> JSONValue {
        switch self {
        case .string(let text): .string(mask.mask(text))
        case .array(let items): .array(items.masked(by: mask))
        case .object(let members): .object(members.mapValues { $0.masked(by: mask) })
        default: self
        }
    }
}

extension Array: MaskedWords where Element: MaskedWords {
    package func masked(by mask: SecretMask) -> [Element] { map { $0.masked(by: mask) } }
}
