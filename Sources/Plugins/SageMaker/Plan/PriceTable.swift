/// On-demand prices of training instances, to estimate the cost of a run before it starts.
struct PriceTable: Sendable, Hashable {
    /// Prices that were read at the same time.
    struct Part: Sendable, Hashable {
        /// When they were read: `2026-08`.
        var asOf: String
        /// The price of an hour, by type.
        var hours: [String: Double]
    }

    /// The region that the prices are of.
    var region: String
    /// The currency, as ISO 4217 writes it.
    var currency = "USD"
    /// No type is in two parts.
    var parts: [Part]
    /// The file that the prices come from; nil for those of this program.
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

    /// How many types have a price.
    var count: Int { parts.reduce(0) { $0 + $1.hours.count } }
}
