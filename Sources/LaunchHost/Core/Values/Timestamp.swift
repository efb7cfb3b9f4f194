public import FoundationEssentials

/// A time as the store keeps it: whole milliseconds, so that a value that is read equals the one that was written.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Milliseconds since the beginning of 1970, UTC.
    public let milliseconds: Int64

    /// The time this number of milliseconds after the beginning of 1970.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The time, rounded to milliseconds. A time hundreds of millions of years away becomes the bound of the type.
    public init(_ date: Date) {
        let exact = (date.timeIntervalSince1970 * 1_000).rounded()
        milliseconds = Int64(exactly: exact) ?? (exact > 0 ? .max : .min)
    }

    /// The time as Foundation's type.
    public var date: Date {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }

    /// The first moment of the year 1 and the last of the year 9999: the range of ISO 8601. Foundation uses the Julian
    /// calendar for days before 1582, so its year 1 begins two days before that of ISO 8601.
    private static let written: ClosedRange<Int64> = -62_135_769_600_000...253_402_300_799_999

    /// ISO 8601 in UTC with milliseconds: `2026-08-01T12:00:00.250Z`. A time outside the years 1 to 9999 is written as
    /// the nearest time in this range, so that the text can be read again.
    public var description: String {
        let milliseconds = min(max(milliseconds, Self.written.lowerBound), Self.written.upperBound)
        let (seconds, rest) = (milliseconds.floorDivided(by: 1_000), milliseconds.floorRemainder(by: 1_000))
        let digits = String(1_000 + rest).dropFirst()
        return Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601).dropLast() + ".\(digits)Z"
    }

    /// An earlier time is smaller.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

extension Timestamp: Codable {
    /// Reads ISO 8601, with or without a fraction of the second.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        guard let date = try? style.parse(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an ISO 8601 time: \(text)")
        }
        self.init(date)
    }

    /// Writes ISO 8601 with milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Int64 {
    fileprivate func floorRemainder(by divisor: Int64) -> Int64 {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }

    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}
