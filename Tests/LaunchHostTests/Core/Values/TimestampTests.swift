import Foundation
import Testing

import LaunchHost

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (1_785_600_000_123, "2026-08-01T16:00:00.123Z"), (1_785_600_000_999, "2026-08-01T16:00:00.999Z"),
        (-62_135_769_600_000, "0001-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func `a timestamp is written with milliseconds and read back`(milliseconds: Int64, text: String) throws {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(time.description == text)
        #expect(try JSON.canonical([time]) == "[\"\(text)\"]")
        #expect(try JSON.decode([Timestamp].self, from: JSON.canonicalData([time])) == [time])
        #expect(Timestamp(time.date) == time)
    }

    @Test func `a time outside the range becomes the nearest bound`() {
        #expect(Timestamp(.distantFuture) > Timestamp(.distantPast))
        #expect(Timestamp(Date(timeIntervalSince1970: 1e300)).milliseconds == .max)
        #expect(Timestamp(Date(timeIntervalSince1970: -1e300)).milliseconds == .min)
    }

    @Test func `a time without a fraction is read`() throws {
        let read = try JSON.decode([Timestamp].self, from: Data(#"["2026-08-01T16:00:00Z"]"#.utf8))
        #expect(read == [Timestamp(milliseconds: 1_785_600_000_000)])
        #expect(throws: DecodingError.self) {
            try JSON.decode([Timestamp].self, from: Data(#"["yesterday"]"#.utf8))
        }
    }
}
