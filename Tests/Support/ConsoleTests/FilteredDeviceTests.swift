import LaunchConsole
import Testing

/// Output through a filtered device.
struct FilteredDeviceTests {
    @Test func `every way of writing passes through the filter`() async throws {
        let device = RecordingDevice(outputIsTTY: true, errorIsTTY: true, columns: 60)
        let terminal = Terminal(
            device: FilteredDevice(device) { text, _ in text.replacing("hunter2", with: "<secret>") }, environment: [:])
        #expect(terminal.width == 60 && terminal.outputIsTTY && terminal.errorIsLive)
        try terminal.out("out hunter2")
        terminal.err("err hunter2")
        let progress = Progress("live hunter2", on: terminal)
        progress.finish("done hunter2")
        var table = Table([Table.Column("hunter2")])
        table.add(["cell hunter2"])
        try terminal.out(table)
        #expect(!(device.output + device.errors).contains("hunter2"))
        for words in ["out <secret>", "cell <secret>"] { #expect(device.output.contains(words)) }
        for words in ["err <secret>", "live <secret>", "done <secret>"] { #expect(device.errors.contains(words)) }
    }
}
