/// An amount of money of one currency, exact to a millionth, so that a sum does not depend on the order of its parts.
package struct Money: Sendable, Hashable, CustomStringConvertible {
    /// The amount in millionths of the currency, 0 or more.
    package let millionths: Int64
    /// The currency code by ISO 4217, three capitals.
    package let currency: String

    /// The maximum amount, in units of the currency. A sum of thousands of them fits into 64 bits.
    private static let most = 1e9

    /// Nil if the amount is negative, not a number or above a billion, or if the currency is not three capitals.
    package init?(_ amount: Double, _ currency: String) {
        guard amount >= 0, amount <= Self.most, Self.isCurrency(currency) else { return nil }
        self.init(millionths: Int64((amount * 1e6).rounded()), currency)
    }

    package init(millionths: Int64, _ currency: String) {
        (self.millionths, self.currency) = (millionths, currency)
    }

    /// The amount in units of the currency.
    package var amount: Double { Double(millionths) / 1e6 }

    /// Two decimals, or four for a part of 1: `12.34 USD`, `0.0019 USD`.
    package var description: String {
        let unit: Int64 = (1..<1_000_000).contains(millionths) ? 100 : 10_000
        let rounded = millionths.saturatingAdding(unit / 2) / unit
        let scale = 1_000_000 / unit
        let decimals = String(scale + rounded % scale).dropFirst()
        return "\(rounded / scale).\(decimals) \(currency)"
    }

    /// An amount as text, also one above the maximum, such as a sum.
    package static func text(_ amount: Double, _ currency: String) -> String {
        Money(millionths: Int64(saturating: amount * 1e6), currency).description
    }

    private static func isCurrency(_ text: String) -> Bool {
        text.utf8.count == 3 && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }
}
