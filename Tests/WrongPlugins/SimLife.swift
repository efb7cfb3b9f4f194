internal import Foundation
internal import LaunchPluginKit

/// What a run of the service does, from its request and the time.
struct SimLife {
    struct Line {
        var text: String
        var time: Date
    }

    /// Seconds between creation and start.
    static let delay = 1.0

    let begin: Date
    private(set) var end: Date
    private(set) var exitCode: Int
    /// When the first of two attempts ended; nil if there is one.
    private(set) var firstEnd: Date?
    /// Whether the service ended it because of a stop.
    private(set) var isStopped = false
    private var planned: [Line] = []
    private(set) var isFlood = false

    init(_ run: SimService.Run) {
        let words = (run.request["behaviour"]?.stringValue ?? "").split(separator: " ")
        let number = words.last.flatMap { Int($0) } ?? 0
        let begin = Date(timeIntervalSince1970: run.created + Self.delay)
        self.begin = begin
        var seconds = 1.0
        exitCode = 0
        let lines = { (range: ClosedRange<Int>, from: Double, every: Double) in
            range.map { Line(text: "line \($0)", time: begin.addingTimeInterval(from + Double($0 - 1) * every)) }
        }
        switch words.first {
        case "exit": exitCode = number
        case "lines": planned = lines(1...number, 0, 0)
        case "runs": seconds = Double(number)
        case "slow":
            planned = lines(1...number, 1, 1)
            seconds = Double(number) + 1
        case "last": planned = lines(1...number, 1, 0)
        case "long": planned = [Line(text: String(repeating: "x", count: number), time: begin)]
        case "text": planned = ["before", "\u{FFFD}", "after"].map { Line(text: $0, time: begin) }
        case "retried":
            firstEnd = begin.addingTimeInterval(3)
            planned = lines(1...number, 1, 0)
            planned += lines(number + 1...2 * number, 5, 0)
            seconds = 8
        case "signals":
            let (ignored, blocked) = (words.last == "ignored" ? "1006" : "0", words.last == "blocked" ? "4000" : "0")
            planned = ["SigBlk: \(blocked)", "SigIgn: \(ignored)"].map { Line(text: $0, time: begin) }
        case "flood":
            isFlood = true
            seconds = 900
        case "orderly":
            planned = lines(1...1, 0, 0)
            seconds = 900
        default: seconds = 900
        }
        end = begin.addingTimeInterval(seconds)
        guard let stopped = run.stopped.map({ Date(timeIntervalSince1970: $0) }), stopped < end else { return }
        isStopped = true
        let killed = stopped.addingTimeInterval(run.grace)
        switch words.first {
        case "orderly" where killed >= stopped.addingTimeInterval(Double(number)):
            (end, exitCode) = (stopped.addingTimeInterval(Double(number)), 5)
            planned.append(Line(text: "line 2", time: end))
        case "orderly", "stubborn": (end, exitCode) = (killed, 137)
        default: (end, exitCode) = (stopped, 143)
        }
        end = max(end, stopped)
        let last = end
        planned = planned.filter { $0.time <= last }
    }

    func lines(at now: Date) -> [Line] { planned.filter { $0.time <= now } }
}
