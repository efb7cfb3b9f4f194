import Foundation
import TestSupport
import Testing

import LaunchHost

@Suite("numbers from other programs") struct SaturatingTests {
    @Test
    func `a conversion saturates at the bounds of the type, and NaN is 0`() {
        #expect(Int64(saturating: 1e300) == .max)
        #expect(Int64(saturating: -1e300) == .min)
        #expect(Int64(saturating: .infinity) == .max)
        #expect(Int64(saturating: .nan) == 0)
        #expect(Int64(saturating: 2.5) == 3)
        // The nearest Double to the largest Int64 exceeds it by one.
        #expect(Int64(saturating: 9.223372036854775808e18) == .max)
        #expect(UInt16(saturating: -1) == 0)
        #expect(UInt16(saturating: 65_535.4) == 65_535)
    }

    @Test
    func `sums, differences and products saturate at both bounds`() {
        let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
        for left in extremes {
            for right in extremes {
                // The exact 128-bit result, saturated to 64 bits.
                let exact = (Int128(left) + Int128(right), Int128(left) - Int128(right), Int128(left) * Int128(right))
                #expect(left.saturatingAdding(right) == Int64(clamping: exact.0))
                #expect(left.saturatingSubtracting(right) == Int64(clamping: exact.1))
                #expect(left.saturatingMultiplied(by: right) == Int64(clamping: exact.2))
            }
        }
    }

    @Test
    func `a duration is finite, and a reported time can be written and read again`() throws {
        for text in ExtremeNumbers.text {
            guard let number = Double(text) else { continue }
            let duration = Duration(saturatingSeconds: number)
            #expect(abs(duration / .seconds(1)) <= Duration.mostSeconds)
            guard let date = Date(reportedSeconds: number) else {
                #expect(!(0...253_402_300_799).contains(number))
                continue
            }
            let time = Timestamp(date)
            #expect(try JSON.decode([Timestamp].self, from: JSON.canonicalData([time])).count == 1)
        }
        #expect(Date(reportedSeconds: .nan) == nil)
        #expect(Date(reportedSeconds: 1e300) == nil)
        #expect(JSONValue.string("1").timeValue == nil)
    }

    @Test
    func `a time outside the calendar of ISO 8601 is written as the nearest valid one`() throws {
        for milliseconds in [Int64.min, .max, 1 << 60, -(1 << 60)] {
            let text = Timestamp(milliseconds: milliseconds).description
            // Foundation determines how far the calendar reaches before 1582.
            #expect(text.hasPrefix(milliseconds > 0 ? "9999-12-31T23:59:59.999" : "0001-01-0"))
            #expect(try JSON.decode([Timestamp].self, from: Data("[\"\(text)\"]".utf8)).first?.description == text)
        }
    }

    @Test(arguments: [Double.nan, .infinity, -1e300, 1e300, 1.5])
    func `a log line with any time can be stored and read again`(_ seconds: Double) async throws {
        let folder = try TemporaryDirectory()
        let archive = LogArchive(path: folder.file("log"))
        let line = LogLine(
            text: "loss=1", cursor: LogCursor(rawValue: "1"), time: Date(timeIntervalSince1970: seconds))
        let batches = Names()
        try await archive.write(
            LogStream {
                { () async throws(BackendError) in
                    guard batches.all.isEmpty else { return nil }
                    batches.add("given")
                    return [line]
                }
            })
        var texts: [String] = []
        for try await batch in archive.read() { texts += batch.map(\.text) }
        #expect(texts == ["loss=1"])
    }
}
