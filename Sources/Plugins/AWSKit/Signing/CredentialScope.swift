import FoundationEssentials
import Glibc

/// The scope of a signature: one day, one region, one service.
struct CredentialScope: Sendable, Hashable {
    /// `20150830T123600Z`.
    let timestamp: String
    let region: String
    let service: String

    init(at time: Date, region: String, service: String) {
        timestamp = Self.timestamp(time)
        self.region = region
        self.service = service
    }

    /// `20150830`.
    var day: String { String(timestamp.prefix { $0 != "T" }) }

    /// `20150830/us-east-1/iam/aws4_request`.
    var text: String { "\(day)/\(region)/\(service)/aws4_request" }

    /// `20150830T123600Z`: UTC, whole seconds. Times outside the format's range become the nearest valid time.
    static func timestamp(_ time: Date) -> String {
        // The format has four digits for the year: 0001 to 9999.
        let seconds = min(max(time.timeIntervalSince1970, -62_135_596_800), 253_402_300_799)
        var clock = time_t(seconds.rounded(.down))
        var parts = tm()
        gmtime_r(&clock, &parts)
        func padded(_ number: Int32, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        return padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1) + padded(parts.tm_mday) + "T"
            + padded(parts.tm_hour) + padded(parts.tm_min) + padded(parts.tm_sec) + "Z"
    }
}
