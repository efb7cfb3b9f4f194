import Foundation
import Testing

import LaunchCore
@testable import LaunchPluginKit

struct MoneyTests {
    @Test(arguments: [
        (12.344, "12.34 USD"), (12.345678, "12.35 USD"), (500, "500.00 USD"), (0.0019, "0.0019 USD"), (0, "0.00 USD"),
        (0.99999, "1.0000 USD"), (999_999_999.999, "1000000000.00 USD"),
    ])
    func `an amount has two decimals, and four below 1`(amount: Double, text: String) {
        #expect(Money(amount, "USD")?.description == text)
    }

    @Test(arguments: [-0.01, .nan, .infinity, 1e9 + 1])
    func `an amount that cannot be is none`(amount: Double) { #expect(Money(amount, "USD") == nil) }

    @Test(arguments: ["", "usd", "DOLLAR", "US$", "ÄÖÜ"])
    func `a currency is three capitals`(currency: String) { #expect(Money(1, currency) == nil) }

    @Test func `sums of millionths are exact`() throws {
        let part = try #require(Money(0.1, "USD"))
        #expect(part.millionths * 10 == Money(1, "USD")?.millionths && part.amount == 0.1)
    }

    /// Records of earlier versions have no cost.
    @Test func `an outcome without a cost is read`() throws {
        let old = #"{"outputs": [], "metrics": {}, "warnings": []}"#
        #expect(try JSON.decode(Outcome.self, from: Data(old.utf8)).cost == nil)
        let new = Outcome(cost: Outcome.Cost(1.5, "EUR"))
        #expect(try JSON.decode(Outcome.self, from: JSON.canonicalData(new)) == new)
    }
}
