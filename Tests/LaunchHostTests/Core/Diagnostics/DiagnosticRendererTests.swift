import LaunchHost
import Testing

@Suite struct DiagnosticRendererTests {
    @Test func `a diagnostic is shown with place, line, caret and hint`() throws {
        let text = """
            max_jobs: -1
            queues:
              - default
            registry:
              type: local
              url: localhost:5000/team
            builder:
              type: docker
              destinaton: localhost:5000/team
            runner: {type: cloud, colour: ${BLUE}}
            """.replacing("${BLUE}", with: "'${BLUE}'")
        let shown = DiagnosticRenderer().render(Fake.diagnostics(text))
        #expect(
            shown == """
                launch-config.yaml:6:3: unknown key "url" in registry (type: local); did you mean "uri"?
                  6 |   url: localhost:5000/team
                    |   ^
                launch-config.yaml:9:3: unknown key "destinaton" in builder (type: docker); did you mean "destination"?
                  9 |   destinaton: localhost:5000/team
                    |   ^
                launch-config.yaml:10:23: unknown key "colour" in runner (type: cloud)
                  10 | runner: {type: cloud, colour: '${BLUE}'}
                     |                       ^
                  hint: it has no keys besides "type"
                launch-config.yaml:10:31: warning: "${BLUE}" is used literally: this file does not expand variables
                  10 | runner: {type: cloud, colour: '${BLUE}'}
                     |                               ^
                  hint: write the value itself
                3 errors, 1 warning
                """)
    }

    @Test func `the caret is aligned under tabs and wide text`() {
        let line = "\t名前: é\u{301}x"
        let column = line.unicodeScalars.count
        let shown = DiagnosticRenderer().render(
            Diagnostic(.error, "wrong", file: "f", line: 2, column: column, sourceLine: line))
        // Four columns for the tab, four for two wide characters, a colon, a space, and one for é with its combining
        // mark.
        #expect(shown == "f:2:\(column): wrong\n  2 |     名前: é\u{301}x\n    |            ^")
    }

    @Test func `a long line is shortened around the caret`() throws {
        let line = String(repeating: "a", count: 500) + "X" + String(repeating: "b", count: 500)
        let shown = DiagnosticRenderer().render(
            Diagnostic(.error, "wrong", file: "f", line: 1, column: 501, sourceLine: line))
        let lines = shown.split(separator: "\n").map(String.init)
        try #require(lines.count == 3)
        #expect(lines[1].count < 120)
        let caret = try #require(lines[2].firstIndex(of: "^"))
        let above = lines[1].index(
            lines[1].startIndex, offsetBy: lines[2].distance(from: lines[2].startIndex, to: caret))
        #expect(lines[1][above] == "X")
    }

    @Test func `control characters are escaped`() {
        let shown = DiagnosticRenderer().render(
            Diagnostic(.error, "bad \u{1B}[31m", file: "a\nb", line: 1, column: 1, sourceLine: "\u{1B}]0;x\u{7}"))
        #expect(!shown.contains("\u{1B}") && !shown.contains("\u{7}"))
        #expect(shown.contains("  1 | \\x1b]0;x\\x07\n"))
        #expect(shown.hasPrefix("a\\nb:1:1: bad \\x1b[31m\n"))
    }

    @Test func `the caret is aligned under an escape`() {
        let shown = DiagnosticRenderer().render(
            Diagnostic(.error, "wrong", file: "f", line: 1, column: 3, sourceLine: "\u{202E}bX"))
        #expect(shown == "f:1:3: wrong\n  1 | \\u{202e}bX\n    |          ^")
    }

    @Test func `diagnostics are sorted by place and counted`() {
        let diagnostics = [
            Diagnostic(.error, "third", file: "a", line: 2, column: 1),
            Diagnostic(.warning, "second", file: "a", line: 1, column: 9),
            Diagnostic(.error, "first", file: "a", line: 1, column: 2),
            Diagnostic(.error, "other", file: "b", line: 1, column: 1),
        ]
        #expect(DiagnosticRenderer.sorted(diagnostics).map(\.message) == ["first", "second", "third", "other"])
        #expect(DiagnosticRenderer.summary(diagnostics) == "3 errors, 1 warning")
        #expect(DiagnosticRenderer().render([]) == "")
        #expect(DiagnosticRenderer().render(Diagnostic(.error, "alone", hint: "do")) == "error: alone\n  hint: do")
    }

    @Test func `each piece has the style of its part`() {
        let diagnostic = Diagnostic(.error, "x", hint: "h", file: "f", line: 1, column: 2, sourceLine: "ab")
        let pieces = DiagnosticRenderer().pieces(of: diagnostic)
        #expect(pieces.map(\.text).joined() == "f:1:2: x\n  1 | ab\n    |  ^\n  hint: h")
        #expect(pieces.compactMap(\.part) == [.place, .source, .source, .caret, .hint])
        #expect(pieces.first { $0.part == .caret }?.text == "^")
    }

    @Test func `JSON has counts, positions and paths`() throws {
        let json = try DiagnosticRenderer.json(Fake.diagnostics("max_job: 2\n"))
        #expect(json["errors"] == .integer(1) && json["warnings"] == .integer(0))
        let first = try #require(json["diagnostics"]?.arrayValue?.first)
        #expect(first["line"] == .integer(1) && first["file"] == .string("launch-config.yaml"))
        #expect(first["path"] == .string("max_job"))
    }
}
