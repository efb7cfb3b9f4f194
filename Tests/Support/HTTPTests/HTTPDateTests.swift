import Foundation
import LaunchHTTP
import Testing

/// Dates and waits in header fields.
@Suite struct HTTPDateTests {
    /// 2026-11-29T10:20:30Z.
    private static let moment = Date(timeIntervalSince1970: 1_795_947_630)

    @Test(arguments: [
        "Sun, 29 Nov 2026 10:20:30 GMT", "Sunday, 29-Nov-26 10:20:30 GMT", "Sun Nov 29 10:20:30 2026",
        "Sun, 29 Nov 2026 10:20:30 UTC", "Sun, 29 Nov 2026 12:20:30 +0200", "sun, 29 nov 2026 10:20:30 gmt",
    ])
    func `the three forms of HTTP dates are parsed, with zones`(_ text: String) {
        #expect(HTTPDate.parse(text) == Self.moment)
    }

    @Test(arguments: [
        "", " ", "soon", "Sun", "GMT", "20261129", "20261129 10:20:30", "1795947630", "2026-11-29T10:20:30Z",
        "Sun, 32 Nov 2026 10:20:30 GMT", "Sun, 29 Nov 2026 25:20:30 GMT", "Sun, 29 Nov 2026 10:60:30 GMT",
        "Sun, 29 Foo 2026 10:20:30 GMT", "Sat, 29 Nov 1969 10:20:30 GMT", "Sun, 29 Nov 12026 10:20:30 GMT",
        "Sun, 29 Nov 99999999999999999999 10:20:30 GMT", "\0Sun, 29 Nov 2026 10:20:30 GMT",
        String(repeating: "Sun, ", count: 10_000),
    ])
    func `text that is not a date is nil`(_ text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    static let waits: [(HTTPHeaders, Duration?)] = [
        (["Retry-After": "7"], .seconds(7)), (["Retry-After": "0"], .zero), (["retry-after": "7"], .seconds(7)),
        (["Retry-After": "9223372036854775807"], .seconds(86_400)), (["Retry-After": "-1"], nil),
        (["Retry-After": "soon"], nil), (["Retry-After": ""], nil), ([:], nil),
        (["Retry-After": "Sun, 29 Nov 2026 10:20:37 GMT", "Date": "Sun, 29 Nov 2026 10:20:30 GMT"], .seconds(7)),
        (["Retry-After": "Sun, 29 Nov 2026 10:20:30 GMT", "Date": "Sun, 29 Nov 2026 10:20:37 GMT"], .zero),
        (["Retry-After": "Sun, 29 Nov 2126 10:20:30 GMT", "Date": "Sun, 29 Nov 2026 10:20:37 GMT"], .seconds(86_400)),
        (["Retry-After": "Sun, 29 Nov 2026 10:20:37 GMT"], nil),
        (["Retry-After": "Sun, 29 Nov 2026 10:20:37 GMT", "Date": "now"], nil),
    ]

    @Test(arguments: waits)
    func `the wait is read from Retry-After`(_ headers: HTTPHeaders, _ wait: Duration?) {
        #expect(headers.retryAfter == wait)
    }
}
