import AWSStub
import Foundation
import LaunchHost
import Testing

@testable import LaunchSageMaker

/// Events of any text and size.
@Suite(.timeLimit(.minutes(30))) struct LogTextTests {
    private static func read(_ messages: [String]) async throws -> [LogLine] {
        let bench = try LogsBench()
        bench.add("algo-1-1", messages.enumerated().map { ($1, Double($0), Double($0)) })
        bench.set(3600)
        bench.end(at: 10)
        return try await bench.read(bench.logs(), follow: false).map(\.line)
    }

    @Test func `line breaks separate lines and carriage returns do not`() async throws {
        let lines = try await Self.read([
            "a\nb\n", "10%\r20%\r30%", "\n", "x\r\ny", "\u{1b}[1mbold\u{1b}[0m\t\u{0}\"\\",
        ])
        #expect(
            lines.map(\.text) == [
                "a", "b", "10%\r20%\r30%", "", "x\r", "y", "\u{1b}[1mbold\u{1b}[0m\t\u{0}\"\\",
            ])
        #expect(lines.allSatisfy { !$0.continues })
    }

    /// CloudWatch replaces invalid UTF-8 before it stores an event.
    @Test func `invalid UTF-8 is replaced`() async throws {
        let lines = try await Self.read(["before", "\u{FFFD}\u{FFFD}\u{0}\u{85}\u{2028}", "after"])
        #expect(lines.map(\.text) == ["before", "\u{FFFD}\u{FFFD}\u{0}\u{85}\u{2028}", "after"])
    }

    @Test func `long lines are read in pieces`() async throws {
        let texts = [
            String(repeating: "x", count: 65_536), String(repeating: "é", count: 100_000) + "\nnext",
            "a" + String(repeating: "🙂", count: 60_000),
        ]
        let lines = try await Self.read(texts)
        #expect(lines.allSatisfy { $0.text.utf8.count <= 65_536 })
        var whole = [""]
        for line in lines {
            whole[whole.count - 1] += line.text
            if !line.continues { whole.append("") }
        }
        #expect(whole.dropLast() == [texts[0], String(repeating: "é", count: 100_000), "next", texts[2]])
        #expect(Set(lines.map(\.cursor)).count == lines.count)
    }

    @Test func `an event of only line breaks uses no memory`() async throws {
        let bench = try LogsBench(keepsCalls: false)
        bench.add("algo-1-1", [(String(repeating: "\n", count: 300_000), 1, 1)])
        bench.set(3600)
        bench.end(at: 10)
        var count = 0
        for try await batch in bench.logs().stream(from: nil, follow: false) {
            #expect(batch.count <= 512)
            count += batch.count
        }
        #expect(count == 300_000)
    }
}
