import Foundation
import Testing

import LaunchHost
@testable import LaunchAgent

@Suite struct ArchivedLineTests {
    @Test(arguments: [
        "", "plain", "tab\tin the text", "\u{301}a combining mark first", "ends with a return\r", "🇩🇪\u{200d}",
        "o\te\t-\t.\tlike a line of an archive",
    ])
    func `a line is read back as it was written`(text: String) throws {
        let line = LogLine(
            text: text, cursor: LogCursor(rawValue: "x"), time: Date(timeIntervalSince1970: 1.5), stream: .stderr,
            host: "algo-1", continues: true)
        var bytes: [UInt8] = []
        for _ in 0..<2 { ArchivedLine.append(line, to: &bytes) }
        let lines = ArchivedLine.parse(lines: String(decoding: bytes, as: UTF8.self), after: 7)
        #expect(lines.map(\.cursor.rawValue) == ["8", "9"])
        for found in lines {
            #expect(Array(found.text.utf8) == Array(text.utf8))
            #expect(found.time == line.time && found.stream == .stderr && found.host == "algo-1" && found.continues)
        }
    }

    @Test func `text in another form is a line`() {
        #expect(ArchivedLine.parse(lines: "launch: cut\n\n", after: 0).map(\.text) == ["launch: cut", ""])
        #expect(ArchivedLine.parse(lines: "", after: 0).isEmpty)
    }
}
