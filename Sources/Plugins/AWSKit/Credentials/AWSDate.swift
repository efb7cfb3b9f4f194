internal import FoundationEssentials
internal import LaunchCore
internal import LaunchHTTP

/// Times in the formats of AWS's services and tools.
///
/// `Timestamp` and `EngineTime` read one format, that of the store and that of the container engine, and refuse all
/// others. The times of credentials come from programs and files of users, which botocore reads in many formats, so that
/// a stricter reader would refuse credentials that the aws command line accepts.
enum AWSDate {
    /// Parses the formats that botocore accepts: ISO 8601 with or without punctuation, with `T` or a space, a
    /// fraction of any length and any notation of the zone; the date of HTTP; and seconds or milliseconds since 1970.
    /// A time without a zone is UTC.
    static func parse(_ text: String) -> Date? {
        let text = text.stripped
        if let date = HTTPDate.parse(text) { return date }
        if text.wholeMatch(of: /[0-9]{9,}(?:\.[0-9]+)?/) != nil, let number = Double(text) {
            return date(number)
        }
        let pattern =
            /([0-9]{4})-?([0-9]{2})-?([0-9]{2})[Tt ]((?:[01][0-9]|2[0-3])):?([0-5][0-9])(?::?([0-5][0-9])(?:[.,]([0-9]{1,20}))?)?\s*(|[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)/
        guard let match = text.wholeMatch(of: pattern) else { return nil }
        let zone = match.8.first == "+" || match.8.first == "-" ? offset(match.8) : "Z"
        let iso = "\(match.1)-\(match.2)-\(match.3)T\(match.4):\(match.5):\(match.6 ?? "00")\(zone)"
        guard let date = try? Date.ISO8601FormatStyle().parse(iso) else { return nil }
        return date.addingTimeInterval(match.7.flatMap { Double("0.\($0)") } ?? 0)
    }

    /// The time of a number: seconds since 1970, or milliseconds if it is too large for seconds.
    static func date(_ number: Double) -> Date? {
        guard number.isFinite, abs(number) < 1e15 else { return nil }
        return Date(timeIntervalSince1970: abs(number) < 1e11 ? number : number / 1_000)
    }

    /// Converts `+0530` and `+05` to `+05:30` and `+05:00`.
    private static func offset(_ zone: Substring) -> String {
        let digits = zone.dropFirst().filter { $0 != ":" }
        return "\(zone.prefix(1))\(digits.prefix(2)):\(digits.count == 4 ? digits.suffix(2) : "00")"
    }

    /// ISO 8601 in UTC, with whole seconds.
    static func text(_ date: Date) -> String { date.formatted(.iso8601) }
}
