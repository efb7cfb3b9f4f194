import LaunchConsole
import Testing

@Suite struct TableTests {
    private var table: Table {
        var table = Table([
            Table.Column("RUN", mayTruncate: false), Table.Column("STATE"), Table.Column("SIZE", .right),
            Table.Column("CAUSE"),
        ])
        table.add(["run-1", Table.Cell("failed", .red), "1.5 GB", "the container ended with code 137"])
        table.add(["run-22", "running", "12 kB", ""])
        table.add(["長い", "a\tb\u{1B}[2J"])
        return table
    }

    @Test func `in full`() {
        #expect(
            table.text() == """
                RUN     STATE         SIZE  CAUSE
                run-1   failed      1.5 GB  the container ended with code 137
                run-22  running      12 kB
                長い    a b\\x1b[2J
                """)
    }

    @Test func `cut to the width`() {
        let text = table.text(width: 45)
        #expect(
            text == """
                RUN     STATE         SIZE  CAUSE
                run-1   failed      1.5 GB  the container en…
                run-22  running      12 kB
                長い    a b\\x1b[2J
                """)
        // The state is shortened too; the run ID never is.
        #expect(
            table.text(width: 30, ellipsis: ">") == """
                RUN     STATE     SIZE  CAUSE
                run-1   failed  1.5 GB  the c>
                run-22  runni>   12 kB
                長い    a b\\x>
                """)
        #expect(table.text(width: 1).hasPrefix("RUN     STATE     SIZE  CAUSE\nrun-1   failed"))
    }

    @Test func `on a terminal only it is cut and coloured`() throws {
        let piped = RecordingDevice(errorIsTTY: true, columns: 45)
        try Terminal(device: piped, environment: [:]).out(table, isPart: true)
        #expect(piped.output == table.text() + "\n")
        let shown = RecordingDevice(outputIsTTY: true, columns: 45)
        try Terminal(device: shown, environment: ["LANG": "en_US.UTF-8"]).out(table)
        #expect(shown.output.contains("\u{1B}[31mfailed\u{1B}[0m"))
        #expect(shown.output.contains("the container en…\n"))
    }

    @Test func `a program gets one tab between the columns`() throws {
        var table = table
        table.add([Table.Cell(String(repeating: "x", count: 300)), "", "", "last"])
        let piped = RecordingDevice(errorIsTTY: true, columns: 45)
        try Terminal(device: piped, environment: [:]).out(table)
        #expect(
            piped.output == """
                RUN\tSTATE\tSIZE\tCAUSE
                run-1\tfailed\t1.5 GB\tthe container ended with code 137
                run-22\trunning\t12 kB\t
                長い\ta b\\x1b[2J\t\t
                \(String(repeating: "x", count: 300))\t\t\tlast

                """)
    }

    @Test func `rows of any length`() {
        var table = Table([Table.Column("A"), Table.Column("B")])
        #expect(table.text() == "A  B")
        table.add([])
        table.add(["1", "2", "3"])
        #expect(table.count == 2)
        #expect(table.text() == "A  B\n\n1  2")
        #expect(Table([]).text(width: 10) == "")
    }
}
