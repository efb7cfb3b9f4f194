import Foundation
import LaunchHost
import Synchronization

/// Describing one job.
extension SageMakerStub {
    static let notFound = StubError("ValidationException", "Requested resource not found.")

    /// The members of a request that the description returns; all except its tags.
    private static let echoed = [
        "HyperParameters", "AlgorithmSpecification", "RoleArn", "InputDataConfig", "OutputDataConfig", "ResourceConfig",
        "VpcConfig", "StoppingCondition", "EnableNetworkIsolation", "EnableInterContainerTrafficEncryption",
        "EnableManagedSpotTraining", "CheckpointConfig", "DebugHookConfig", "ExperimentConfig",
        "DebugRuleConfigurations", "TensorBoardOutputConfig", "ProfilerConfig", "ProfilerRuleConfigurations",
        "Environment", "RetryStrategy", "RemoteDebugConfig", "InfraCheckConfig", "ServerlessJobConfig", "MlflowConfig",
        "ModelPackageConfig",
    ]

    func find(_ input: JSONValue, _ region: String, _ state: State) throws(StubError) -> Int {
        guard let name = input["TrainingJobName"]?.stringValue, let place = state.places["\(region) \(name)"] else {
            throw Self.notFound
        }
        return place
    }

    func describe(_ input: JSONValue, _ region: String) throws(StubError) -> JSONValue {
        let job = try state.withLock { (state) throws(StubError) in
            state.jobs[try find(input, region, state)]
        }
        let now = seconds
        let request = job.request
        var answer: [String: JSONValue] = [
            "EnableNetworkIsolation": .bool(false), "EnableInterContainerTrafficEncryption": .bool(false),
            "EnableManagedSpotTraining": .bool(false),
        ]
        for member in Self.echoed { if let value = request[member] { answer[member] = value } }
        if let selected = job.selected, case .object(var resources)? = answer["ResourceConfig"] {
            resources["SelectedInstanceType"] = .string(selected.type)
            resources["SelectedInstanceCount"] = .integer(Int64(selected.count))
            answer["ResourceConfig"] = .object(resources)
        }
        let index = job.timeline.index(at: now)
        let phase = job.timeline.phases[index]
        answer["TrainingJobName"] = .string(job.name)
        answer["TrainingJobArn"] = .string(job.arn)
        answer["CreationTime"] = .number(job.created.timeIntervalSince1970)
        answer["LastModifiedTime"] = .number(phase.start)
        answer["TrainingJobStatus"] = .string(phase.status)
        answer["SecondaryStatus"] = .string(phase.secondary)
        answer["SecondaryStatusTransitions"] = .array(job.timeline.transitions(to: index))
        answer["ModelArtifacts"] = .object(["S3ModelArtifacts": .string(Self.artifacts(of: job, request))])
        answer.merge(times(of: job, at: now)) { $1 }
        if let pool = job.warmPool(at: now) { answer["WarmPoolStatus"] = Self.warmPool(pool) }
        return .object(answer)
    }

    /// The times of a job that had instances, and of its end. A job that failed earlier has no times.
    private func times(of job: StubTrainingJob, at now: Double) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        let hasEnded = job.timeline.hasEnded(at: now)
        if hasEnded, let reason = job.timeline.failureReason { members["FailureReason"] = .string(reason) }
        guard let began = job.timeline.trainingStart, began <= now else { return members }
        members["TrainingStartTime"] = .number(began)
        guard hasEnded, let end = job.timeline.phases.last?.start else { return members }
        let share = job.life.billableShare ?? (job.isSpot ? 0.3 : 1)
        members["TrainingEndTime"] = .number(end)
        members["TrainingTimeInSeconds"] = .integer(Int64((end - began).rounded(.up)))
        members["BillableTimeInSeconds"] = .integer(
            Int64((Self.rounded(job.timeline.worked(until: end) * share)).rounded(.up)))
        if !job.life.metrics.isEmpty {
            members["FinalMetricDataList"] = .array(
                job.life.metrics.prefix(40).map { metric in
                    .object([
                        "MetricName": .string(metric.name), "Value": .number(metric.value), "Timestamp": .number(end),
                    ])
                })
        }
        return members
    }

    static func warmPool(_ pool: (status: String, seconds: Int)) -> JSONValue {
        var members: [String: JSONValue] = ["Status": .string(pool.status)]
        if pool.seconds > 0 { members["ResourceRetainedBillableTimeInSeconds"] = .integer(Int64(pool.seconds)) }
        return .object(members)
    }

    /// The location of the model: reported from the start, even before the model exists.
    private static func artifacts(of job: StubTrainingJob, _ request: JSONValue) -> String {
        let output = request["OutputDataConfig"]
        let base = output?["S3OutputPath"]?.stringValue ?? ""
        let file = output?["CompressionType"]?.stringValue == "NONE" ? "model/" : "model.tar.gz"
        return "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/\(job.name)/output/\(file)"
    }
}

extension TrainingTimeline {
    /// The status history up to a phase. The last status has no end time, unless it is final.
    fileprivate func transitions(to last: Int) -> [JSONValue] {
        (0...last).map { index in
            let phase = phases[index]
            var members: [String: JSONValue] = [
                "Status": .string(phase.secondary), "StartTime": .number(phase.start),
                "StatusMessage": .string(phase.message),
            ]
            if index < last {
                members["EndTime"] = .number(phases[index + 1].start)
            } else if isFinite, index == phases.count - 1 {
                members["EndTime"] = .number(phase.start)
            }
            return .object(members)
        }
    }
}
