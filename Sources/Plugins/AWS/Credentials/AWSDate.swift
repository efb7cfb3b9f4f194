internal import FoundationEssentials

/// Points in time as AWS's services and tools write them.
enum AWSDate {
    /// ISO 8601 with or without a fraction, ending in `Z`, an offset or, in old login caches, `UTC`.
    static func parse(_ text: String) -> Date? {
        let text = text.hasSuffix("UTC") ? String(text.dropLast(3)) + "Z" : text
        for fraction in [false, true] {
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: fraction)
            if let date = try? style.parse(text) { return date }
        }
        return nil
    }

    /// ISO 8601 in UTC, in whole seconds.
    static func text(_ date: Date) -> String { date.formatted(.iso8601) }
}
