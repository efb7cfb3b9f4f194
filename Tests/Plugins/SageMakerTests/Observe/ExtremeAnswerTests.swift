import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWSKit
@testable import LaunchSageMaker

/// All numbers in replies of SageMaker and CloudWatch at their extremes. None traps. Impossible values are reported or
/// omitted.
@Suite("extreme numbers of SageMaker") struct ExtremeAnswerTests {
    private static let job = TrainingHandle(name: "train-1", region: "eu-west-1")
    private static let description = """
        {"TrainingJobName": "train-1", "TrainingJobStatus": "Completed", "SecondaryStatus": "Completed",
         "CreationTime": 1700000001, "LastModifiedTime": 1700000002, "TrainingStartTime": 1700000003,
         "TrainingEndTime": 1700000004, "TrainingTimeInSeconds": 1000, "BillableTimeInSeconds": 300,
         "EnableManagedSpotTraining": true,
         "ResourceConfig": {"InstanceGroups": [{"InstanceType": "ml.m5.xlarge", "InstanceCount": 2},
            {"InstanceType": "ml.m5.large", "InstanceCount": 3}]},
         "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
         "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.25, "Timestamp": 1700000005}],
         "SecondaryStatusTransitions": [{"Status": "Starting", "StartTime": 1700000006, "EndTime": 1700000007}]}
        """
    private static let numbers = [
        "1700000001", "1700000002", "1700000003", "1700000004", "1000,", "300,", "2}", "3}", "3600", "0.25",
        "1700000005", "1700000006", "1700000007",
    ]

    @Test(
        arguments: numbers
    )
    func `a description with any number at an extreme gives an end and an outcome that can be stored`(_ number: String)
        throws
    {
        let tail = number.last.map { ",}".contains($0) ? String($0) : "" } ?? ""
        for nasty in ExtremeNumbers.json + ["null", "\"1\"", "[]", "{}", "true"] {
            let text = Self.description.replacing(number, with: nasty + tail)
            // Another test covers JSON that the reader rejects.
            guard let value = try? JSONValue(parsing: text) else { continue }
            let end = TrainingEnd(description: value).observation(of: .random())
            for date in [end.startedAt, end.endedAt].compactMap(\.self) {
                #expect(Date.reportedSeconds.contains(date.timeIntervalSince1970), "\(nasty)")
            }
            let outcome = TrainingOutcome(Self.job, value).outcome
            _ = try JSON.canonical(outcome)
            #expect(TrainingShape(value).hosts >= 1)
            if number.hasPrefix("300"), let seconds = Double(nasty), !(0...3.2e9).contains(seconds) {
                #expect(outcome.warnings.contains { $0.contains("BillableTimeInSeconds") }, "\(nasty)")
                #expect(!outcome.facts.contains { $0.name == "billed" })
            }
        }
    }

    @Test
    func `a list with any creation time leads to a valid query`() throws {
        for nasty in ExtremeNumbers.json {
            let text = """
                {"TrainingJobName": "train-1", "TrainingJobStatus": "InProgress", "CreationTime": \(nasty)}
                """
            guard let value = try? JSONValue(parsing: text) else { continue }
            let summary = try #require(TrainingSummary(value))
            let sweep = TrainingSweep(of: ["train-1"], at: Date()) { _ in summary.created }
            if let after = sweep.query.createdAfter { #expect(abs(after) < 1e12) }
        }
    }

    private static let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, 1_700_000_000_000, .max - 1, .max]

    @Test
    func `sweeps and schedules accept any times`() throws {
        for time in Self.extremes {
            for ingested in Self.extremes {
                let event = LogEvent(stream: "train-1/algo-1", time: time, ingested: ingested, id: "x", text: "y")
                for low in Self.extremes {
                    let pass = LogPass(isWhole: false, low: low, lateLow: time, high: ingested)
                    _ = pass.gives(event)
                    var schedule = LogSchedule(since: nil, now: Date(timeIntervalSince1970: 1_700_000_000))
                    schedule.resume(pass)
                    schedule.sawPage(of: [event])
                    _ = schedule.start(of: pass)
                    schedule.close(pass)
                    let next = schedule.next(now: Date(timeIntervalSince1970: 1_700_000_100), isLast: true)
                    _ = schedule.start(of: next)
                }
            }
        }
    }

    @Test
    func `a cursor of any numbers is a position, or an error that says what to do`() {
        for one in ExtremeNumbers.text {
            for place in 0..<5 {
                var numbers = ["1", "2", "3", "4", "5"]
                numbers[place] = one
                let cursor = "1 w \(numbers.joined(separator: " ")) id"
                do throws(AWSError) {
                    let mark = try LogMark(cursor)
                    #expect(mark.line >= 0 && mark.time >= 0)
                    var schedule = LogSchedule(since: Date(), now: Date())
                    schedule.resume(mark.pass)
                    _ = schedule.start(of: mark.pass)
                } catch {
                    #expect(error.kind == .invalid && error.hint != nil)
                }
            }
        }
    }

    @Test(arguments: ["timestamp", "ingestionTime"])
    func `an event with an impossible time ends the reading with a message, and is not a line`(_ member: String)
        async throws
    {
        for nasty in ["9223372036854775807", "-1", "253402300800001"] {
            let bench = try LogsBench()
            bench.end(at: 0)
            var members = ["timestamp": "1700000000000", "ingestionTime": "1700000000000"]
            members[member] = nasty
            let numbers = members.map { "\"\($0)\":\($1)" }.joined(separator: ",")
            bench.stub.always(
                "logs", "FilterLogEvents",
                .answer(
                    .text(
                        "{\"events\":[{\(numbers),\"message\":\"x\",\"logStreamName\":\"job-1/algo-1-1\",\"eventId\":\"1\"}]}",
                        headers: [("Content-Type", "application/x-amz-json-1.1")])))
            var lines: [String] = []
            let error = await #expect(throws: BackendError.self) {
                for try await batch in bench.logs().stream(from: nil, follow: false) { lines += batch.map(\.text) }
            }
            #expect(error?.category == .malformed && error?.message.contains(nasty) == true)
            #expect(lines.isEmpty)
        }
    }
}
