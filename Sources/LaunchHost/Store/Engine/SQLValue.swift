/// A parameter of a statement.
enum SQLValue: Sendable {
    case null
    case integer(Int64)
    case text(String)

    static func text(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
    static func integer(_ number: Int64?) -> SQLValue { number.map { .integer($0) } ?? .null }
    static func integer(_ number: Int) -> SQLValue { .integer(Int64(number)) }
    static func flag(_ flag: Bool) -> SQLValue { .integer(flag ? 1 : 0) }
    static func time(_ time: Timestamp?) -> SQLValue { .integer(time?.milliseconds) }

    /// The value as canonical JSON; nil is NULL.
    static func json(_ value: (some Encodable)?) throws(StoreError) -> SQLValue {
        guard let value else { return .null }
        do {
            return .text(try JSON.canonical(value))
        } catch {
            throw StoreError(.invalid, "A value cannot be stored, because it has no JSON form: \(error).")
        }
    }

    /// Text for people, with the secrets of this process masked. All columns with such text use this function. Names,
    /// keys and values that the program uses are not masked, because a masked one would be a different value.
    static func words(_ text: String?) -> SQLValue { .text(text.map { SecretMask.shared.mask($0) }) }

    /// A value in canonical JSON whose text for people is masked.
    static func words(_ value: (some MaskedWords & Encodable)?) throws(StoreError) -> SQLValue {
        try json(value.map { $0.masked(by: .shared) })
    }
}
