internal import LaunchPluginKit

/// The answer of `DescribeTrainingJob` for an ended rehearsal.
struct TrainingDescription {
    let ended: EndedRehearsal
    let document: TrainingDocument
    let rehearsal: Rehearsal

    private var timeline: RehearsalTimeline { ended.timeline }

    /// The answer.
    var value: JSONValue {
        let members = document.value.objectValue ?? [:]
        var answer = members.filter { Self.echoed.contains($0.key) }
        for flag in Self.flags where answer[flag] == nil { answer[flag] = .bool(false) }
        answer["ResourceConfig"] = document.resources.map(chosen)
        answer["TrainingJobArn"] = .string(rehearsal.jobARN)
        answer["TrainingJobStatus"] = .string(status.primary)
        answer["SecondaryStatus"] = .string(status.secondary)
        answer["SecondaryStatusTransitions"] = .array(timeline.steps.map(transition))
        answer["ModelArtifacts"] = document.resultURI.map { prefix in
            .object(["S3ModelArtifacts": .string(prefix + (document.isUncompressed ? "/model/" : "/model.tar.gz"))])
        }
        if timeline.phase == .failed { answer["FailureReason"] = .string(FailureReason.text(timeline)) }
        answer["CreationTime"] = timeline.steps.first.map { .seconds($0.startedAt) }
        answer["LastModifiedTime"] = timeline.steps.last.map { .seconds($0.startedAt) }
        answer.merge(times) { $1 }
        answer["FinalMetricDataList"] = metrics
        return .object(answer)
    }

    /// Whether the time limit ended the job.
    var isOutOfTime: Bool {
        guard timeline.phase == .stopped, let limit = ended.job.timeLimitSeconds else { return false }
        if timeline.cause?.code == .timeLimit { return true }
        // The clocks of engine and host may differ slightly.
        return trainingMilliseconds >= Int64(limit).saturatingMultiplied(by: 1_000) - 250
    }

    private var trainingMilliseconds: Int64 {
        // The time of an interruption counts too, because the hosts run during it.
        timeline.steps.filter { $0.status == .training || $0.status == .interrupted }.reduce(0) { sum, step in
            sum + (step.endedAt.map { $0.milliseconds - step.startedAt.milliseconds } ?? 0)
        }
    }

    private var status: (primary: String, secondary: String) {
        switch timeline.phase {
        case .succeeded: ("Completed", "Completed")
        case .failed, .missing: ("Failed", "Failed")
        case .stopped: ("Stopped", isOutOfTime ? "MaxRuntimeExceeded" : "Stopped")
        case .stopping: ("Stopping", "Stopping")
        case .starting, .running: ("InProgress", timeline.steps.last?.status.rawValue ?? "Starting")
        }
    }

    private func transition(_ step: RehearsalTimeline.Step) -> JSONValue {
        let isEnd = [.completed, .failed, .stopped].contains(step.status)
        let word = step.status == .stopped && isOutOfTime ? "MaxRuntimeExceeded" : step.status.rawValue
        var told: [String: JSONValue] = [
            "Status": .string(word), "StartTime": .seconds(step.startedAt), "StatusMessage": .string(step.message),
        ]
        told["EndTime"] = (step.endedAt ?? (isEnd ? step.startedAt : nil)).map { .seconds($0) }
        return .object(told)
    }

    /// The billable time: from the first byte downloaded to the last byte stored. A job that fails earlier has none.
    private var times: [String: JSONValue] {
        guard let start = timeline.steps.first(where: { $0.status == .downloading || $0.status == .training }) else {
            return [:]
        }
        var times = ["TrainingStartTime": JSONValue.seconds(start.startedAt)]
        if let end = timeline.steps.last(where: { [.completed, .failed, .stopped].contains($0.status) }) {
            let seconds = max(0, (end.startedAt.milliseconds - start.startedAt.milliseconds) / 1_000)
            times["TrainingEndTime"] = .seconds(end.startedAt)
            times["TrainingTimeInSeconds"] = .integer(seconds)
            times["BillableTimeInSeconds"] = .integer(seconds)
        }
        return times
    }

    /// The last value of each metric, with the time of the end: the time of each value is not recorded.
    private var metrics: JSONValue? {
        let time = timeline.hosts.compactMap(\.endedAt).max() ?? timeline.steps.last?.startedAt
        var names: [String] = []
        for (name, _) in document.metricDefinitions where !names.contains(name) { names.append(name) }
        let found = names.compactMap { name -> JSONValue? in
            guard let value = timeline.metrics[name], let time else { return nil }
            return .object(["MetricName": .string(name), "Value": .number(value), "Timestamp": .seconds(time)])
        }
        return found.isEmpty ? nil : .array(found)
    }

    /// If the request has several preferences, adds the selected one.
    private func chosen(_ resources: JSONValue) -> JSONValue {
        guard var members = resources.objectValue, members["InstancePreferences"] != nil,
            let group = rehearsal.hosts.groups.first
        else { return resources }
        members["SelectedInstanceType"] = .string(group.type)
        members["SelectedInstanceCount"] = .integer(Int64(group.hosts.count))
        return .object(members)
    }
}

extension TrainingDescription {
    /// The members of a request that its description repeats.
    private static let echoed: Set = [
        "AlgorithmSpecification", "CheckpointConfig", "DebugHookConfig", "DebugRuleConfigurations",
        "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining", "EnableNetworkIsolation", "Environment",
        "ExperimentConfig", "HyperParameters", "InfraCheckConfig", "InputDataConfig", "MlflowConfig",
        "ModelPackageConfig", "OutputDataConfig", "ProfilerConfig", "ProfilerRuleConfigurations", "RemoteDebugConfig",
        "ResourceConfig", "RetryStrategy", "RoleArn", "StoppingCondition", "TensorBoardOutputConfig",
        "TrainingJobName", "VpcConfig",
    ]

    private static let flags = [
        "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining", "EnableNetworkIsolation",
    ]
}

extension JSONValue {
    /// A time in the API's form: seconds since 1970 with their fraction.
    fileprivate static func seconds(_ time: Timestamp) -> JSONValue {
        time.milliseconds % 1_000 == 0
            ? .integer(time.milliseconds / 1_000) : .number(Double(time.milliseconds) / 1_000)
    }
}
