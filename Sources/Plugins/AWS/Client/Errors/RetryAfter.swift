internal import FoundationEssentials
internal import HTTP

/// The wait that a reply requests.
enum RetryAfter {
    /// `x-amz-retry-after` in milliseconds, else `Retry-After` in seconds or as a date. At most a day.
    static func asked(_ headers: HTTPHeaders) -> Duration? {
        if let text = headers["x-amz-retry-after"], let milliseconds = Int(text), milliseconds >= 0 {
            return .milliseconds(min(milliseconds, 86_400_000))
        }
        guard let text = headers["Retry-After"] else { return nil }
        if let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
        // Relative to the server's clock, because this machine's clock may be wrong.
        guard let then = HTTPDate.parse(text), let now = headers["Date"].flatMap(HTTPDate.parse) else { return nil }
        return .seconds(min(max(0, then.timeIntervalSince(now)), 86_400))
    }
}
