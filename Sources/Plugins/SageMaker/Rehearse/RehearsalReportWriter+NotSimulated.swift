internal import LaunchPluginKit

extension RehearsalReportWriter {
    /// The parts of the request that SageMaker would act on but the rehearsal does not.
    var notSimulated: [String] {
        sources + instances + spot
            + Self.sentences.compactMap { path, sentence in
                Self.isGiven(path, in: document.value) ? sentence : nil
            } + unknownMembers
    }

    /// Members that only the service can act on, with the consequence for the rehearsal.
    static let sentences: [(path: String, sentence: String)] = [
        (
            "RoleArn",
            "RoleArn: nothing here ran as the role. Its permissions to read the inputs, write the results and pull the "
                + "image were not tested."
        ),
        (
            "VpcConfig",
            "VpcConfig: the containers had this machine's network. Access from the subnets and security groups to S3, "
                + "ECR and other services was not tested."
        ),
        ("OutputDataConfig.KmsKeyId", "OutputDataConfig.KmsKeyId: results were not encrypted with the key."),
        ("ResourceConfig.VolumeKmsKeyId", "ResourceConfig.VolumeKmsKeyId: no volume was encrypted with the key."),
        ("ResourceConfig.VolumeSizeInGB", "ResourceConfig.VolumeSizeInGB: the disk here had its own size."),
        ("ResourceConfig.KeepAlivePeriodInSeconds", "KeepAlivePeriodInSeconds: a rehearsal has no warm pool."),
        ("ResourceConfig.TrainingPlanArn", "TrainingPlanArn: no capacity was taken from the plan."),
        ("ResourceConfig.InstancePlacementConfig", "InstancePlacementConfig: all hosts share this machine."),
        (
            "ResourceConfig.InstancePreferences",
            "InstancePreferences: the first one was rehearsed; the others were not tried."
        ),
        ("StoppingCondition.MaxPendingTimeInSeconds", "MaxPendingTimeInSeconds: nothing waits for capacity here."),
        (
            "EnableInterContainerTrafficEncryption",
            "EnableInterContainerTrafficEncryption: the traffic between hosts was not encrypted."
        ),
        ("RetryStrategy", "RetryStrategy: the service retries its own faults, which do not occur here."),
        ("DebugHookConfig", "DebugHookConfig: no tensors were collected, and debughookconfig.json did not exist."),
        ("DebugRuleConfigurations", "DebugRuleConfigurations: no rule was evaluated."),
        ("TensorBoardOutputConfig", "TensorBoardOutputConfig: nothing was copied for TensorBoard."),
        ("ProfilerConfig", "ProfilerConfig: nothing was profiled, and profilerconfig.json did not exist."),
        ("ProfilerRuleConfigurations", "ProfilerRuleConfigurations: no rule was evaluated."),
        ("InfraCheckConfig", "InfraCheckConfig: no instances were checked."),
        ("RemoteDebugConfig", "RemoteDebugConfig: there was no remote session; `docker exec` does the same here."),
        ("ExperimentConfig", "ExperimentConfig: no trial was recorded."),
        ("MlflowConfig", "MlflowConfig: nothing was recorded on the tracking server."),
        ("ModelPackageConfig", "ModelPackageConfig: no model package was registered."),
        ("SessionChainingConfig", "SessionChainingConfig: there were no session tags."),
        (
            "AlgorithmSpecification.TrainingImageConfig",
            "TrainingImageConfig: the image came from this machine's engine; SageMaker's login to the private registry "
                + "was not tested."
        ),
        (
            "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries",
            "EnableSageMakerMetricsTimeSeries: only the last value of each metric was kept."
        ),
    ]

    /// Whether a member is present and not empty or false.
    private static func isGiven(_ path: String, in value: JSONValue) -> Bool {
        var found: JSONValue? = value
        for step in path.split(separator: ".") { found = found?[String(step)] }
        switch found {
        case nil, .null, .bool(false), .integer(0), .array([]), .string(""): return false
        case .object(let members): return members.isEmpty || members.values.contains { $0 != .bool(false) }
        default: return true
        }
    }

    private var sources: [String] {
        document.channels.flatMap { channel -> [String] in
            guard options.channels[channel.name] == nil else { return [] }
            let source = channel.value["DataSource"]
            var lines: [String] = []
            if channel.uri == nil {
                lines.append(
                    "Channel \(channel.name) was empty: \(channel.origin) cannot be mounted here. Give it a local folder."
                )
            }
            for grant in ["ModelAccessConfig", "HubAccessConfig"] where source?["S3DataSource"]?[grant] != nil {
                lines.append(
                    "Channel \(channel.name): \(grant) had no effect; the data was read from S3 unchanged.")
            }
            return lines
        }
    }

    private var instances: [String] {
        let types = rehearsal.hosts.types
        var lines: [String] = []
        if hasRun, given.cpus == nil, given.memoryBytes == nil, !types.isEmpty {
            lines.append(
                "The shape of \(listed(types)): the containers could use all processors and memory of this machine.")
        }
        for type in types where InstanceShape.hasNeuronDevices(type) {
            lines.append("The accelerators of \(type): no engine here has them.")
        }
        for type in types {
            guard let gpus = InstanceShape(type)?.gpus, gpus > 0, timeline.notes.contains(where: { $0.contains("GPU") })
            else { continue }
            lines.append("The \(gpus == 1 ? "GPU" : "\(gpus) GPUs") of \(type): this machine's engine offers none.")
        }
        return lines
    }

    private var spot: [String] {
        guard document.isSpot else { return [] }
        let wait =
            document.value["StoppingCondition"]?["MaxWaitTimeInSeconds"] == nil ? "" : " and MaxWaitTimeInSeconds"
        return [
            !wasInterrupted
                ? "EnableManagedSpotTraining: no interruption\(wait) was tried; a drill rehearses one."
                : "EnableManagedSpotTraining: the price and the wait for capacity\(wait) were not rehearsed."
        ]
    }

    /// The members that this version does not know, because the API added them later.
    private var unknownMembers: [String] {
        let known = Set(Self.sentences.map { String($0.path.prefix { $0 != "." }) }).union(Self.actedOn)
        return (document.value.objectValue ?? [:]).keys.sorted().filter { !known.contains($0) }.map {
            "\($0) is unknown to the rehearsal and had no effect."
        }
    }

    private static let actedOn: Set = [
        "TrainingJobName", "HyperParameters", "Environment", "InputDataConfig", "StoppingCondition", "Tags",
        "EnableNetworkIsolation", "EnableManagedSpotTraining", "CheckpointConfig",
    ]
}
