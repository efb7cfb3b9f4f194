internal import CLaunchCurl
public import FoundationEssentials

/// The dates of header fields.
public enum HTTPDate {
    /// The last second that has a year of four digits.
    private static let last = 253_402_300_799

    /// Parses `Mon, 23 Nov 2026 10:00:00 GMT` and the older forms that RFC 9110 lists. Nil for text that is not a date,
    /// for dates before 1970, and for dates with a year of more than four digits.
    ///
    /// libcurl's parser also accepts plain digits as a date. Each form of HTTP starts with a letter.
    public static func parse(_ text: String) -> Date? {
        guard text.utf8.first.map({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a }) == true else { return nil }
        let time = curl_getdate(text, nil)
        return (0...last).contains(time) ? Date(timeIntervalSince1970: TimeInterval(time)) : nil
    }
}

extension HTTPHeaders {
    /// The wait that `Retry-After` requests, in seconds or as a date. At most a day; nil if it is missing or invalid.
    ///
    /// A date is relative to the server's clock. libcurl's own reading (`CURLINFO_RETRY_AFTER`) is relative to the clock
    /// of this machine, which may be wrong.
    public var retryAfter: Duration? {
        guard let text = self["Retry-After"] else { return nil }
        if let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
        guard let then = HTTPDate.parse(text), let now = self["Date"].flatMap(HTTPDate.parse) else { return nil }
        return .seconds(min(max(0, then.timeIntervalSince(now)), 86_400))
    }
}
