internal import LaunchPluginKit

extension Rule {
    /// Members that every job except a serverless one needs. The model has not required them since serverless jobs
    /// exist.
    static let presence = [
        Rule(
            "required-job",
            source: Source.api("CreateTrainingJob: AlgorithmSpecification, ResourceConfig, StoppingCondition")
        ) { request in
            guard !request.isServerless, request.document.objectValue != nil else { return [] }
            let hints = [
                "AlgorithmSpecification": "Give at least TrainingImage and TrainingInputMode.",
                "ResourceConfig": "Give InstanceType, InstanceCount and VolumeSizeInGB.",
                "StoppingCondition": "Give MaxRuntimeInSeconds.",
            ]
            return ["AlgorithmSpecification", "ResourceConfig", "StoppingCondition"]
                .filter { request.document[$0] == nil }
                .map { .error($0, "it is missing, and every job but a serverless one needs it", hint: hints[$0]) }
        },
        Rule("serverless-volume", source: Source.api("ResourceConfig, VolumeSizeInGB")) { request in
            .when(
                request.isServerless && request.resources?["VolumeSizeInGB"] != nil,
                .error(
                    "ResourceConfig.VolumeSizeInGB", "SageMaker chooses the volume of a serverless job itself",
                    hint: "Leave the key out."))
        },
    ]
}
