/// A value on its way into a statement.
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

    /// Words for people, without the secrets of this process. Every column of words is bound with this; names, keys
    /// and values that work goes on with are not, as a changed one would be another.
    static func words(_ text: String?) -> SQLValue { .text(text.map { SecretMask.shared.mask($0) }) }

    /// A value whose words for people are without the secrets of this process, as canonical JSON.
    static func words(_ value: (some MaskedWords & Encodable)?) throws(StoreError) -> SQLValue {
        try json(value.map { $0.masked(by: .shared) })
    }
}
