internal import LaunchHTTP

/// The wait that a reply requests.
enum RetryAfter {
    /// `x-amz-retry-after` in milliseconds, else `Retry-After` in seconds or as a date. At most a day.
    static func asked(_ headers: HTTPHeaders) -> Duration? {
        if let text = headers["x-amz-retry-after"], let milliseconds = Int(text), milliseconds >= 0 {
            return .milliseconds(min(milliseconds, 86_400_000))
        }
        return headers.retryAfter
    }
}
