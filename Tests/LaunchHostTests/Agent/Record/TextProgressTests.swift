import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchStore

@Suite struct TextProgressTests {
    /// A store in memory. Each write is refused, is committed without an answer, or succeeds.
    private struct Memory {
        enum Fate: CaseIterable { case refused, unanswered, written }
        var parts: [TextProgress.Part] = []

        mutating func write(_ progress: inout TextProgress, _ fate: Fate) {
            if progress.isUnknown { progress.resume(after: parts.last?.end) }
            guard let part = progress.part else { return }
            #expect(part.end.number == (parts.last?.end.number ?? -1) + 1)
            guard fate != .refused else { return progress.partHasFailed() }
            if part.replaces { parts = [] }
            parts.append(part)
            if fate == .written { progress.partIsWritten() } else { progress.partHasFailed() }
        }

        var text: String { parts.map(\.data).joined() }
    }

    @Test func `each line is written once, whatever writes fail`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            var memory = Memory()
            // The text of an earlier attempt.
            memory.parts = [
                TextProgress.Part(data: "old\n", end: TextEnd(number: 6, source: "1", cursor: "4"), replaces: true)
            ]
            var progress = TextProgress(source: "2")
            var expected = ""
            for number in 0..<12 {
                if Bool.random(using: &generator) {
                    expected += "line \(number) é\n"
                    progress.append("line \(number) é\n")
                }
                memory.write(&progress, Memory.Fate.allCases.randomElement(using: &generator) ?? .written)
            }
            for _ in 0..<2 { memory.write(&progress, .written) }
            #expect(memory.text == expected)
        }
    }

    @Test func `a text that is too long ends with a line that says so`() {
        var memory = Memory()
        var progress = TextProgress(source: "1")
        progress.append("first\n")
        memory.write(&progress, .written)
        progress.append(String(repeating: "x", count: RunText.limit))
        memory.write(&progress, .written)
        #expect(progress.isFull && progress.part == nil)
        #expect(
            memory.text
                == "first\nlaunch: The store keeps 16 MiB of a build's log. The rest is on the machine of the agent.\n")
    }
}
