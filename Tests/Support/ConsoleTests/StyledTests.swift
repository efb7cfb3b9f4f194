import LaunchConsole
import Testing

@Suite struct StyledTests {
    private static let hostile = "\u{1B}[31m\u{9B}m\nx"

    @Test func `values are one line unless they are asked for as lines`() {
        let text: Styled = "a\n\(Self.hostile) \(lines: "b\u{7}\nc")"
        #expect(text.plain == "a\n\\x1b[31m\\x9bm\\nx b\\x07\nc")
    }

    @Test(arguments: [true, false])
    func `only our own sequences reach a terminal`(isTTY: Bool) throws {
        let device = RecordingDevice(outputIsTTY: isTTY, errorIsTTY: isTTY)
        let terminal = Terminal(device: device, environment: [:])
        try terminal.out("\(Styled(Self.hostile, .red)) end")
        terminal.err(Self.hostile)
        let shown = "\\x1b[31m\\x9bm\\nx"
        #expect(device.output == (isTTY ? "\u{1B}[31m\(shown)\u{1B}[0m end\n" : "\(shown) end\n"))
        #expect(device.errors == "\\x1b[31m\\x9bm\nx\n")
    }

    @Test(arguments: [true, false])
    func `data is unchanged where no terminal reads it`(isTTY: Bool) throws {
        let device = RecordingDevice(outputIsTTY: isTTY)
        let terminal = Terminal(device: device, environment: [:])
        try terminal.out(data: "\u{1B}c\r\n")
        #expect(device.output == (isTTY ? "\\x1bc\n" : "\u{1B}c\r\n"))
    }

    @Test func `raw is raw`() throws {
        let device = RecordingDevice(outputIsTTY: true)
        try Terminal(device: device, environment: [:]).out(raw: Self.hostile)
        #expect(device.output == Self.hostile)
    }
}
