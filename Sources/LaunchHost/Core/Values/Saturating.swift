public import FoundationEssentials

// Numbers from outside the program may have any value. A plain conversion or sum of such a number can trap, which ends
// the program. These functions return the bounds of the type instead.

extension FixedWidthInteger {
    /// The whole number nearest to `value`. A value outside the type becomes the nearest bound; NaN becomes 0.
    public init(saturating value: Double) {
        guard !value.isNaN else {
            self = 0
            return
        }
        self = Self(exactly: value.rounded()) ?? (value > 0 ? .max : .min)
    }

    /// The sum, limited to the bounds of the type.
    public func saturatingAdding(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    /// The difference, limited to the bounds of the type.
    public func saturatingSubtracting(_ other: Self) -> Self {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }

    /// The product, limited to the bounds of the type.
    public func saturatingMultiplied(by other: Self) -> Self {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}

extension Duration {
    /// The longest duration that the program computes with, in seconds: about 30,000 years.
    public static let mostSeconds = 1e12

    /// Creates a duration from seconds, limited to `mostSeconds` in both directions; NaN becomes zero.
    public init(saturatingSeconds seconds: Double) {
        self = seconds.isNaN ? .zero : .seconds(min(max(seconds, -Self.mostSeconds), Self.mostSeconds))
    }
}

extension Date {
    /// The range of times that a service may report, in seconds since the beginning of 1970. It ends with the year
    /// 9999, the last moment that ISO 8601 can express.
    public static let reportedSeconds: ClosedRange<Double> = 0...253_402_300_799

    /// The time that a service reports as seconds since the beginning of 1970. Nil for NaN and for values outside
    /// `reportedSeconds`, which no service reports on purpose.
    public init?(reportedSeconds seconds: Double) {
        guard Self.reportedSeconds.contains(seconds) else { return nil }
        self.init(timeIntervalSince1970: seconds)
    }
}

extension JSONValue {
    /// The time, if this is a number of seconds since the beginning of 1970 within `Date.reportedSeconds`.
    public var timeValue: Date? { doubleValue.flatMap { Date(reportedSeconds: $0) } }
}
