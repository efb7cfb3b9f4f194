import LaunchConsole
import Testing

@Suite struct ProgressTests {
    private let clock = ManualClock()

    private func terminal(_ device: RecordingDevice, _ environment: [String: String] = [:]) -> Terminal {
        Terminal(device: device, environment: environment)
    }

    @Test func `plain lines are rare`() {
        let device = RecordingDevice()
        let progress = Progress("Building", on: terminal(device), clock: clock)
        #expect(device.errors == "Building\n")
        for layer in 1...4 {
            clock.advance(by: .seconds(1))
            progress.update("Building", .items(layer, of: 9, "layers"))
        }
        #expect(device.errors == "Building\n")
        clock.advance(by: .seconds(1))
        progress.tick()
        #expect(device.errors == "Building\nBuilding  4/9 layers (5s)\n")
        // An unchanged line repeats only after 30 s.
        clock.advance(by: .seconds(29))
        progress.tick()
        #expect(device.errors == "Building\nBuilding  4/9 layers (5s)\n")
        clock.advance(by: .seconds(1))
        progress.tick()
        #expect(device.errors.hasSuffix("\nBuilding  4/9 layers (35s)\n"))
        progress.finish("Built")
        #expect(device.errors.hasSuffix("\nBuilt (35s)\n"))
        let all = device.errors
        progress.update("Late")
        progress.tick()
        progress.finish("Late")
        #expect(device.errors == all)
        #expect(device.output == "")
    }

    @Test func `a terminal has one line that moves`() {
        let device = RecordingDevice(errorIsTTY: true, columns: 60)
        let progress = Progress("Pulling", on: terminal(device, ["NO_COLOR": "1"]), clock: clock)
        clock.advance(by: .seconds(65))
        progress.update(nil, .bytes(1_500_000_000, of: 2_000_000_000))
        progress.tick()
        progress.finish()
        #expect(
            device.errors
                == "\r\u{1B}[K| Pulling  0s\r\u{1B}[K/ Pulling  1.5 GB of 2.0 GB  1m 05s\r\u{1B}[K")
    }

    @Test func `the line never wraps`() {
        let device = RecordingDevice(errorIsTTY: true, columns: 30)
        let environment = ["NO_COLOR": "1", "LANG": "C.UTF-8"]
        let progress = Progress(String(repeating: "長", count: 40), on: terminal(device, environment), clock: clock)
        progress.finish()
        #expect(device.errors == "\r\u{1B}[K⠋ " + String(repeating: "長", count: 13) + "…\r\u{1B}[K")
    }

    @Test func `other output leaves the line in place`() throws {
        let device = RecordingDevice(outputIsTTY: true, errorIsTTY: true)
        let terminal = terminal(device, ["NO_COLOR": "1"])
        let progress = Progress("Waiting", on: terminal, clock: clock)
        terminal.err("a word")
        try terminal.out("data")
        progress.finish()
        #expect(device.output == "data\n")
        let (clear, line) = ("\r\u{1B}[K", "| Waiting  0s")
        #expect(device.errors == clear + line + clear + "a word\n" + line + clear + line + clear)
    }

    @Test(arguments: [true, false]) func `quiet says nothing`(isTTY: Bool) async {
        let device = RecordingDevice(errorIsTTY: isTTY)
        let value = await Progress.show("Waiting", on: terminal(device), quiet: true, clock: clock) { progress in
            progress.update("Still", .items(1, "things"))
            progress.tick()
            progress.finish("Done")
            return 7
        }
        #expect(value == 7)
        #expect(device.errors == "")
    }

    @Test func `a dumb terminal gets plain lines`() {
        let device = RecordingDevice(errorIsTTY: true)
        Progress("a\u{1B}]0;title\u{7}b", on: terminal(device, ["TERM": "dumb"]), clock: clock).finish("c\nd")
        #expect(device.errors == "a\\x1b]0;title\\x07b\nc\\nd (0s)\n")
    }

    @Test(.timeLimit(.minutes(30))) func `the line moves by itself and goes also where the work fails`() async {
        struct Broken: Error {}
        let device = RecordingDevice(errorIsTTY: true)
        await #expect(throws: Broken.self) {
            try await Progress.show("Waiting", on: terminal(device, ["NO_COLOR": "1"])) { _ in
                while !device.errors.contains("- Waiting") { await Task.yield() }
                throw Broken()
            }
        }
        #expect(device.errors.hasSuffix("\r\u{1B}[K"))
    }
}
