public import FoundationEssentials

// Numbers from outside the program may have any value. A plain conversion or sum of such a number can trap, which ends the
// program. These functions end at the bounds of the type instead.

extension FixedWidthInteger {
    /// The whole number nearest to `value`. A value outside the type becomes the nearest bound; NaN becomes 0.
    public init(saturating value: Double) {
        guard !value.isNaN else {
            self = 0
            return
        }
        self = Self(exactly: value.rounded()) ?? (value > 0 ? .max : .min)
    }

    /// The sum, or the bound that it lies beyond.
    public func saturatingAdding(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    /// The difference, or the bound that it lies beyond.
    public func saturatingSubtracting(_ other: Self) -> Self {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }

    /// The product, or the bound that it lies beyond.
    public func saturatingMultiplied(by other: Self) -> Self {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}

extension Duration {
    /// The longest time that the program computes with, in seconds: about 30,000 years.
    public static let mostSeconds = 1e12

    /// A length of time in seconds. It is limited to `mostSeconds` in both directions; NaN becomes zero.
    public init(saturatingSeconds seconds: Double) {
        self = seconds.isNaN ? .zero : .seconds(min(max(seconds, -Self.mostSeconds), Self.mostSeconds))
    }
}

extension Date {
    /// The seconds since the beginning of 1970 that a service may name: up to the end of the year 9999, which is the last
    /// moment that ISO 8601 can write and read.
    public static let reportedSeconds: ClosedRange<Double> = 0...253_402_300_799

    /// The moment that a service reports as seconds since the beginning of 1970. Nil for NaN and for values outside
    /// `reportedSeconds`: no service means them.
    public init?(reportedSeconds seconds: Double) {
        guard Self.reportedSeconds.contains(seconds) else { return nil }
        self.init(timeIntervalSince1970: seconds)
    }
}

extension JSONValue {
    /// The moment, where this is a number of seconds since the beginning of 1970 within `Date.reportedSeconds`.
    public var timeValue: Date? { doubleValue.flatMap { Date(reportedSeconds: $0) } }
}
