import FoundationEssentials

import LaunchHost
@testable import LaunchAWSKit
@testable import LaunchSageMaker

extension FuzzTarget {
    /// Training jobs: descriptions, requests, logs, metric definitions.
    static let sageMaker = [description, request, trainingCursor, eventLines, metricExpression]

    private static let runID = RunID.random()

    private static let description = FuzzTarget.text("training-job", dictionary: "sagemaker", maxLength: 8192) { text in
        guard let value = try? JSONValue(parsing: text) else { return }
        let observation = TrainingEnd(description: value).observation(of: runID)
        let isEnd = [.succeeded, .failed, .stopped].contains(observation.phase)
        expect(!isEnd || observation.cause != nil, "an end has a cause")
        expect(canonical(observation) != nil, "an observation can be stored")
    }

    private static let request = FuzzTarget.text("training-request", dictionary: "sagemaker", maxLength: 8192) { text in
        guard let value = try? JSONValue(parsing: text) else { return }
        let findings = RequestValidator(region: "eu-west-1").findings(in: value)
        for finding in findings { expect(!finding.message.isEmpty, "a finding has a message") }
        if value.objectValue == nil { expect(!findings.isEmpty, "a request is a mapping") }
    }

    private static let trainingCursor = FuzzTarget.text("training-cursor", maxLength: 512) { text in
        guard let mark = try? LogMark(text) else { return }
        expect((try? LogMark(mark.cursor)) == mark, "a printed cursor is the same: \(mark.cursor)")
        var schedule = LogSchedule(since: nil, now: Date(timeIntervalSince1970: 1_700_000_000))
        schedule.resume(mark.pass)
        expect(schedule.start(of: mark.pass) <= max(0, mark.pass.low), "a pass starts before what it gives")
        let times = [0, mark.time, mark.pass.low, mark.pass.high, .max, .min]
        for (time, ingested) in zip(times, times.reversed()) {
            _ = mark.pass.gives(LogEvent(stream: "s", time: time, ingested: ingested, id: "i", text: "t"))
        }
        schedule.close(mark.pass)
        _ = schedule.next(now: Date(timeIntervalSince1970: 1_700_000_100), isLast: true)
    }

    private static let eventLines = FuzzTarget.text("event-lines", maxLength: 200_000) { text in
        var joined = ""
        var count = 0
        for line in EventLines(text) {
            expect(line.text.utf8.count <= EventLines.limit, "a line is at most 64 KiB")
            joined += line.text + (line.continues ? "" : "\n")
            count += 1
        }
        expect(joined == text || joined == text + "\n", "the lines are the text")
        expect(count <= text.utf8.count + 1, "there are no more lines than bytes")
    }

    /// A regular expression, a zero byte, and a line.
    private static let metricExpression = FuzzTarget.text("metric-expression", dictionary: "regex", maxLength: 1024) {
        text in
        let (pattern, line) = halves(of: text)
        checkMetric(MetricExpression(pattern).pattern, line)
    }
}
