@testable import LaunchCommands
@testable import LaunchConsole

extension FuzzTarget {
    /// Command lines, and text for a terminal.
    static let console = [commandLine, terminalText]

    private static let root = Program(
        LaunchProgram.root(catalog: fuzzCatalog, version: "1"), failure: { _ in Program.Failure(nil, .ok) }
    ).root

    /// Words, separated by zero bytes.
    private static let commandLine = FuzzTarget("command-line", dictionary: "options") { bytes in
        let words = bytes.split(separator: 0, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        do throws(UsageError) {
            _ = try Parser.parse(words, root: root, environment: [:])
        } catch {
            let text = error.description
            expect(!text.isEmpty, "a usage error says why")
            expect(isSafe(text), "a usage error moves no cursor: \(text.debugDescription)")
        }
    }

    private static let terminalText = FuzzTarget.text("terminal-text") { text in
        let printable = Terminal.printable(text)
        expect(isSafe(printable), "printable text moves no cursor")
        expect(Terminal.printable(printable) == printable, "printable text stays as it is")
        for width in [1, 20, 80] {
            let cut = text.truncated(to: width, mark: "…")
            expect(cut.displayWidth <= width, "text fits its width: \(cut.debugDescription) in \(width)")
            _ = TextLayout.wrap(text, to: width)
        }
        var table = Table([Table.Column("A"), Table.Column("B", .right)])
        table.add([Table.Cell(text), Table.Cell(printable)])
        _ = table.text(width: 40)
    }

    private static func isSafe(_ text: String) -> Bool {
        !text.unicodeScalars.contains { scalar in
            let value = scalar.value
            let isControl = value < 0x20 && value != 0x09 && value != 0x0A || (0x7F...0x9F).contains(value)
            return isControl || (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
        }
    }
}
