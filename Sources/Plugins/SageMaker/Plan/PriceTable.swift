/// On-demand prices of training instances, to estimate the cost of a run before it starts.
struct PriceTable: Sendable, Hashable {
    /// Prices that were read at the same time.
    struct Part: Sendable, Hashable {
        /// When they were read: `2026-08`.
        var asOf: String
        /// The price of an hour, by type.
        var hours: [String: Double]
    }

    /// The region for which the prices are valid.
    var region: String
    /// The ISO 4217 code of the currency.
    var currency = "USD"
    /// Each type is in at most one part.
    var parts: [Part]
    /// The file that contains the prices; nil for the prices of this program.
    var file: String?

    /// A price and when it was read.
    struct Price: Sendable, Hashable {
        var hour: Double
        var asOf: String
    }

    /// The price of an hour of a type; nil if unknown.
    func price(of type: String) -> Price? {
        for part in parts {
            if let hour = part.hours[type] { return Price(hour: hour, asOf: part.asOf) }
        }
        return nil
    }

    /// The number of types with a price.
    var count: Int { parts.reduce(0) { $0 + $1.hours.count } }
}
