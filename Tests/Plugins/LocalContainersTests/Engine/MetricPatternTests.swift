import LaunchPatterns
import Testing

@testable import LaunchLocalContainers

@Suite("Metrics in logs with progress bars")
struct MetricPatternTests {
    /// The output of a progress bar between two line breaks, as long as a log line can be.
    private static func bar(_ size: Int = 64 << 10) -> String {
        var line = ""
        var step = 0
        while line.utf8.count < size - 80 {
            line += "\r\(step % 100)%|####  | \(step)/1000 [00:\(step % 60)<00:34, 5.3it/s, loss=0.\(step)]"
            step += 1
        }
        return line
    }

    @Test(
        .timeLimit(.minutes(30)),
        arguments: [
            (#".*\[[0-9]+\].*#011validation-rmse:(\S+)"#, "[12]#011train-rmse:3.1#011validation-rmse:2.75", 2.75),
            (#".*train_loss=([0-9\.]+).*"#, "epoch 3 train_loss=0.125 done", 0.125),
            (#"loss: ([0-9\.]+)"#, "loss: 0.5", 0.5),
            (#"Train Loss=(.*?);"#, "Train Loss=0.138318; Time=1", 0.138318),
            (#"(?:train|valid)_error=([0-9.]+)"#, "valid_error=0.25", 0.25),
        ])
    func `AWS's documented patterns find their value after thousands of such lines, without a warning`(
        pattern: String, line: String, value: Double
    ) throws {
        var metric = try MetricPattern(name: "m", pattern)
        let bar = Self.bar()
        for _ in 0..<1500 { metric.read(bar) }
        metric.read(line)
        for _ in 0..<1500 { metric.read(bar) }
        #expect(metric.value == value && metric.warnings.isEmpty, "\(metric.warnings)")
    }

    @Test
    func `A pattern that is slow on every line is abandoned after a time proportional to the log`() throws {
        var metric = try MetricPattern(
            name: "m", "([0-9])(?:[^x]|x)*[zq]",
            time: .init(start: .milliseconds(100), perMegabyte: .milliseconds(100)))
        let line = Self.bar()
        let clock = ContinuousClock.now
        for _ in 0..<200 { metric.read(line) }
        #expect(ContinuousClock.now - clock < .seconds(60))
        #expect(metric.value == nil && metric.warnings.first?.contains("was given up") == true, "\(metric.warnings)")
    }

    @Test(arguments: [("0x10", nil), ("0X1p3", nil), ("1e3", 1000), ("-.5", -0.5), ("nan", nil), ("inf", nil)])
    func `A value is a decimal number`(text: String, value: Double?) throws {
        var metric = try MetricPattern(name: "m", #"m=(\S+)"#)
        metric.read("m=\(text)")
        #expect(metric.value == value)
        #expect(metric.warnings.isEmpty == (value != nil), "\(metric.warnings)")
    }

    @Test
    func `The CR of a line end is not part of the line`() throws {
        var metric = try MetricPattern(name: "m", "m=(.*)$")
        metric.read("m=1\r")
        #expect(metric.value == 1)
        metric.read("50%\rm=2\r")
        #expect(metric.value == 2)
    }

    @Test
    func `A line that takes too long does not count and does not affect the others`() throws {
        var metric = try MetricPattern(name: "m", "^(?:a+)+b=([0-9])|c=(?:[0-9])")
        metric.read("aaab=1")
        metric.read(String(repeating: "a", count: 60))
        metric.read("aaab=2")
        #expect(metric.value == 2)
        #expect(metric.warnings.count <= 1)
    }
}
