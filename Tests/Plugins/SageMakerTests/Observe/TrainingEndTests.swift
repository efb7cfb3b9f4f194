import Foundation
import LaunchHost
import Testing

@testable import LaunchSageMaker

/// The mapping of SageMaker's statuses and reasons.
struct TrainingEndTests {
    private func observation(
        _ primary: String, _ secondary: String? = nil, _ more: [String: JSONValue] = [:]
    ) -> Observation {
        var members: [String: JSONValue] = ["TrainingJobStatus": .string(primary)]
        members["SecondaryStatus"] = secondary.map { .string($0) }
        return TrainingEnd(description: .object(members.merging(more) { $1 })).observation(of: .random())
    }

    private static func transitions(_ words: String...) -> [String: JSONValue] {
        ["SecondaryStatusTransitions": .array(words.map { .object(["Status": .string($0)]) })]
    }

    @Test(arguments: [
        ("InProgress", "Starting" as String?, Observation.Phase.starting), ("InProgress", "Pending", .starting),
        ("InProgress", "LaunchingMLInstances", .starting), ("InProgress", "PreparingTrainingStack", .starting),
        ("InProgress", "Downloading", .starting), ("InProgress", "DownloadingTrainingImage", .starting),
        ("InProgress", "Training", .running), ("InProgress", "Uploading", .running),
        ("InProgress", "Updating", .running), ("InProgress", "Interrupted", .starting),
        ("InProgress", "Restarting", .starting), ("InProgress", "MaxRuntimeExceeded", .stopping),
        ("InProgress", "Pondering", .running), ("InProgress", nil, .running), ("Stopping", "Stopping", .stopping),
        ("Stopping", "Uploading", .stopping), ("Deleting", nil, .stopping), ("Resting", "Yawning", .running),
        ("Completed", "Completed", .succeeded), ("Failed", "Failed", .failed), ("Stopped", "Stopped", .stopped),
        ("Stopped", "MaxRuntimeExceeded", .stopped), ("Stopped", "Yawning", .stopped),
    ])
    func `statuses become phases`(primary: String, secondary: String?, phase: Observation.Phase) {
        let observed = observation(primary, secondary)
        #expect(observed.phase == phase)
        let words = secondary.map { $0 == primary ? primary : "\(primary): \($0)" } ?? primary
        #expect(observed.backendStatus == words)
        #expect((observed.cause != nil) == [.succeeded, .failed, .stopped].contains(phase))
    }

    @Test(arguments: [
        ("AlgorithmError: ExecuteUserScriptError:\nExitCode 3\nErrorMessage \"x\"", Cause.Code.exit, 3 as Int?),
        ("AlgorithmError: , exit code: 137", .exit, 137), ("AlgorithmError: \"exit code\": 1", .exit, 1),
        ("AlgorithmError: exitcode=2", .exit, 2), ("AlgorithmError: See the log", .exit, nil),
        ("AlgorithmError: my CapacityError is not yours, exit code: 4", .exit, 4),
        ("AlgorithmError: ClientError in my script", .exit, nil),
        ("ClientError: Data download failed:NoSuchKey", .clientError, nil),
        ("InternalServerError: We encountered an internal error.", .backendFault, nil),
        ("CapacityError: Unable to provision requested ML compute capacity.", .capacity, nil),
        ("Something quite new: exit code: 12", .exit, 12), ("Something quite new", .exit, nil),
    ])
    func `reasons become causes`(reason: String, code: Cause.Code, exit: Int?) {
        let cause = observation("Failed", "Failed", ["FailureReason": .string(reason)]).cause
        #expect(cause?.code == code)
        #expect(cause?.exitCode == exit)
        #expect(cause?.message == reason)
    }

    @Test func `a failure without a reason says so`() {
        #expect(observation("Failed", "Failed").cause?.message == "SageMaker gives no reason.")
        #expect(observation("Failed", nil, ["FailureReason": .string("")]).cause?.code == .exit)
    }

    @Test func `kinds of stops are distinguished`() {
        let limits: [String: JSONValue] = [
            "StoppingCondition": .object(["MaxRuntimeInSeconds": .integer(60), "MaxWaitTimeInSeconds": .integer(90)])
        ]
        let runtime = observation("Stopped", "MaxRuntimeExceeded", limits).cause
        #expect(runtime?.code == .timeLimit && runtime?.message.contains("60 s") == true)
        let wait = observation("Stopped", "MaxWaitTimeExceeded", limits).cause
        #expect(wait?.code == .waitLimit && wait?.message.contains("90 s") == true)
        #expect(observation("Stopped", "Stopped").cause?.code == .userStop)
        let spot = observation("Stopped", "Stopped", Self.transitions("Training", "Interrupted", "Stopping", "Stopped"))
        #expect(spot.cause?.code == .userStop && spot.cause?.message.contains("spot") == true)
    }

    @Test func `an interruption that ends a job is named`() {
        let history = Self.transitions("Training", "Interrupted", "Failed")
        #expect(observation("Failed", "Failed", history).cause?.code == .interrupted)
        let script = history.merging(["FailureReason": .string("AlgorithmError: x")]) { $1 }
        #expect(observation("Failed", "Failed", script).cause?.code == .exit)
    }

    @Test func `times are those of the service`() {
        let all: [String: JSONValue] = [
            "CreationTime": .number(100.5), "LastModifiedTime": .number(400), "TrainingStartTime": .integer(200),
            "TrainingEndTime": .number(300.25),
        ]
        let told = observation("Completed", "Completed", all)
        #expect(told.startedAt == Date(timeIntervalSince1970: 200))
        #expect(told.endedAt == Date(timeIntervalSince1970: 300.25))
        var rest = all
        rest["TrainingEndTime"] = nil
        #expect(observation("Failed", "Failed", rest).endedAt == Date(timeIntervalSince1970: 400))
        #expect(observation("InProgress", "Training", all).endedAt == nil)
    }

    @Test func `only unusual statuses have a message`() {
        #expect(observation("InProgress", "Training").message == nil)
        #expect(observation("InProgress", "Interrupted").message?.contains("spot") == true)
        #expect(observation("Stopping", "MaxRuntimeExceeded").message?.contains("MaxRuntimeInSeconds") == true)
    }
}
