import ConsoleSample
import LaunchConsole
import Testing

@Suite struct TerminalTests {
    @Test(arguments: [
        ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false), (["NO_COLOR": ""], true, true),
        (["TERM": "dumb"], true, false), (["TERM": "xterm", "CLICOLOR_FORCE": "1"], false, false),
    ])
    func `colours`(environment: [String: String], isTTY: Bool, expected: Bool) throws {
        let device = RecordingDevice(outputIsTTY: isTTY, errorIsTTY: isTTY)
        let terminal = Terminal(device: device, environment: environment)
        try terminal.out(Styled("x", .red))
        terminal.err(Styled("y", .green))
        try terminal.withoutColours().out(Styled("z", .red))
        #expect(device.output == (expected ? "\u{1B}[31mx\u{1B}[0m\nz\n" : "x\nz\n"))
        #expect(device.errors == (expected ? "\u{1B}[32my\u{1B}[0m\n" : "y\n"))
    }

    @Test(arguments: [
        ([:], nil, 80), (["COLUMNS": "100"], nil, 100), (["COLUMNS": "-3"], nil, 80), ([:], 3, 20),
        (["COLUMNS": "9"], 120, 120),
    ])
    func `width`(environment: [String: String], columns: Int?, expected: Int) {
        let device = columns.map { RecordingDevice(outputIsTTY: true, columns: $0) } ?? RecordingDevice()
        #expect(Terminal(device: device, environment: environment).width == expected)
    }

    @Test func `messages have the form that a program asks for, and data stays as it is`() throws {
        let device = RecordingDevice(outputIsTTY: true, errorIsTTY: true)
        let terminal = Terminal(device: device, environment: [:]).writingMessages {
            "[\($0)] \($1)\($2.map { " \($0.name)=\($0.value)" }.joined())"
        }
        try terminal.out("data")
        terminal.err(Styled("note", .red))
        terminal.tell(.warning, "two\nlines")
        terminal.tell(.error, "bad \("\u{1B}[2J")")
        terminal.err(json: "{\"a\":\"\u{202E}\"}")
        #expect(device.output == "data\n")
        #expect(
            device.errors
                == "[note] note\n[warning] two\nlines\n[error] bad \\x1b[2J\n" + #"{"a":"\u202e"}"# + "\n")
        #expect(!terminal.errorIsLive && terminal.isForPrograms)
    }

    @Test func `a closed output ends quietly`() async {
        let device = RecordingDevice()
        device.failOutput(with: .closed)
        let outcome = await run(["flood"], device: device)
        #expect(outcome.code == .ok)
        #expect(outcome.errors == "")
    }

    @Test func `a full disk is reported`() async {
        let device = RecordingDevice()
        device.failOutput(with: .failed("No space left on device"))
        let outcome = await run(["belt", "list"], device: device)
        #expect(outcome.code == .unavailable)
        #expect(outcome.errors == "error: cannot write the output: No space left on device\n")
    }

    @Test func `head ends an endless program`() throws {
        let script = """
            "\(try SampleProgram.path)" flood | head -n 1
            echo "${PIPESTATUS[@]}"
            "\(try SampleProgram.path)" belt list > /dev/full
            echo $?
            """
        let result = try SampleProgram.output(["bash", "/dev/stdin"], script: script)
        #expect(result.output == "line\n0 0\n69\n")
        #expect(result.errors == "error: cannot write the output: No space left on device\n")
    }
}
