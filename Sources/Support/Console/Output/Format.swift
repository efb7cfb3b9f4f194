/// Numbers formatted for people.
public enum Format {
    /// Bytes with a decimal unit: `0 B`, `12.3 kB`, `1.5 GB`. At most three digits; negative counts as zero.
    public static func bytes(_ count: Int64) -> String {
        let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
        guard count >= 1000 else { return "\(max(0, count)) B" }
        var unit = 0
        var scale: Int64 = 1000
        // From half a unit below the next thousand, rounding would produce a fourth digit.
        while unit < units.count - 1, count >= scale * 1000 - scale / 2 {
            scale *= 1000
            unit += 1
        }
        let (whole, remainder) = (count / scale, count % scale)
        // Divides first, because multiplying could overflow at the end of the range.
        let tenths = (remainder / (scale / 100) + 5) / 10
        switch (whole, tenths) {
        case (100..., _): return "\(whole + (remainder >= scale / 2 ? 1 : 0)) \(units[unit])"
        case (99, 10): return "100 \(units[unit])"
        case (_, 10): return "\(whole + 1).0 \(units[unit])"
        default: return "\(whole).\(tenths) \(units[unit])"
        }
    }

    /// A duration in its two largest units: `850 ms`, `12s`, `1m 05s`, `2h 03m`, `3d 04h`. Negative counts as zero.
    public static func duration(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        guard duration > .zero else { return "0s" }
        if seconds == 0 { return "\(attoseconds / 1_000_000_000_000_000) ms" }
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400)
        if days > 0 { return "\(days)d \(twoDigits(hours % 24))h" }
        if hours > 0 { return "\(hours)h \(twoDigits(minutes % 60))m" }
        if minutes > 0 { return "\(minutes)m \(twoDigits(seconds % 60))s" }
        return "\(seconds)s"
    }

    /// A time relative to now in its largest unit: `just now`, `12 s ago`, `3 m ago`, `5 d ago`. A time in the future
    /// is `in 3 m`.
    public static func relative(ago age: Duration) -> String {
        let seconds = age.components.seconds
        let distance = seconds.magnitude
        guard distance > 0 else { return "just now" }
        let amount =
            switch distance {
            case ..<60: "\(distance) s"
            case ..<3600: "\(distance / 60) m"
            case ..<86400: "\(distance / 3600) h"
            default: "\(distance / 86400) d"
            }
        return seconds < 0 ? "in \(amount)" : "\(amount) ago"
    }

    /// An amount of money with two decimals, rounded up: `0.23`, `1843.50`. Negative counts as zero.
    public static func amount(_ value: Double) -> String {
        guard value > 0, value < 1e15 else { return value > 0 ? "\(value)" : "0.00" }
        // The excess of a binary fraction over a whole cent must not round up to another cent.
        let cents = Int64((value * 100 - 1e-6).rounded(.up))
        return "\(cents / 100).\(twoDigits(cents % 100))"
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
