import Foundation
import LaunchPrintableText
import TestSupport
import Testing

/// Output of a job or a build reaches a real terminal only as text.
@Suite(.needsEngine, .timeLimit(.minutes(30))) struct TerminalTests {
    /// Title, clipboard, C1, direction of text, a line that overwrites itself.
    private static let printing =
        "printf '\\033]0;title\\007\\033]52;c;eA==\\007\\302\\2331m\\342\\200\\256\\n10%%\\r20%%\\n'"

    private func shown(_ world: World, _ words: [String]) async throws -> String {
        let variables = ProcessInfo.processInfo.environment.merging(world.variables) { $1 }
        return try await PseudoTerminal().output(
            of: [try LaunchProgram.path] + words, variables.merging(["TERM": "xterm", "LANG": "C.UTF-8"]) { $1 })
    }

    /// The output without the program's own colours and live lines, and without the terminal's line ends.
    private func unsafe(_ text: String) -> [String] {
        let plain = text.replacing(/\u{1B}\[(?:0|1|2|31|32|33|36)m|\r\u{1B}\[K/, with: "")
        let scalars = plain.replacing("\r\n", with: "\n").unicodeScalars
        return scalars.filter { Printable.isUnsafe($0) && $0 != "\n" && $0 != "\t" }.map { String($0.value, radix: 16) }
    }

    @Test func `the output of a job is shown as text`() async throws {
        try await World.with { world in
            let text = try await shown(world, ["run"] + world.script(Self.printing))
            #expect(unsafe(text) == [])
            #expect(text.contains("\\x1b]0;title\\x07") && text.contains("\\x9b1m\\u{202e}\r\n10%\r\n20%\r\n"))
            let id = try #require(try await world.succeeding("list", "--json").json([RunFacts].self).first).id
            #expect(try await unsafe(shown(world, ["logs", id])) == [])
            #expect(try await shown(world, ["logs", "--raw", id]).contains("\u{1B}]0;title\u{7}"))
            #expect(try await world.log(of: id).output.contains("\u{1B}]0;title\u{7}"))
        }
    }

    @Test func `the output of a build is shown as text`() async throws {
        try await World.with { world in
            let source = try Source(in: world, run: "RUN \(Self.printing)")
            let text = try await shown(world, ["run"] + source.words)
            #expect(unsafe(text) == [])
            #expect(text.contains("\\x9b1m\\u{202e}"))
            let id = try #require(try await world.succeeding("list", "--json").json([RunFacts].self).first).id
            let log = try await shown(world, ["logs", "--build", id])
            #expect(unsafe(log) == [])
            #expect(log.contains("\\x9b1m\\u{202e}"))
        }
    }
}
