internal import LaunchPluginKit

extension Rule {
    /// The types and numbers of instances.
    static let instances = [
        Rule("instance-choice", source: Source.api("ResourceConfig")) { request in
            guard !request.isServerless, let resources = request.resources, resources.objectValue != nil else {
                return []
            }
            return .when(
                ["InstanceType", "InstanceGroups", "InstancePreferences"].allSatisfy { isAbsent(resources[$0]) },
                .error(
                    "ResourceConfig.InstanceType", "it is missing, and so are InstanceGroups and InstancePreferences",
                    hint: "Say which instances the job runs on, like ml.m5.xlarge."))
        },
        Rule("instance-count", source: Source.api("ResourceConfig, InstanceCount")) { request in
            guard let resources = request.resources, resources["InstanceType"] != nil else { return [] }
            if resources["InstanceCount"]?.integerValue == 0 {
                return [.warning("ResourceConfig.InstanceCount", "it is 0, and a job needs an instance to run on")]
            }
            return .when(
                resources["InstanceCount"] == nil,
                .warning(
                    "ResourceConfig.InstanceCount", "it is missing; say how many instances of the type run the job"))
        },
        Rule("selected-instance", source: Source.github("aws/sagemaker-python-sdk/pull/6249")) { request in
            ["SelectedInstanceType", "SelectedInstanceCount"].filter { request.resources?[$0] != nil }
                .map {
                    .error(
                        "ResourceConfig.\($0)", "SageMaker reports it for a job; a request cannot set it",
                        hint: "Leave the key out.")
                }
        },
        Rule("placement-count", source: Source.api("PlacementSpecification, InstanceCount")) { request in
            TrainingRequest.items(of: request.resources?["InstancePlacementConfig"]?["PlacementSpecifications"])
                .filter { $0.value["InstanceCount"]?.integerValue == 0 }
                .map {
                    .error(
                        "ResourceConfig.InstancePlacementConfig.PlacementSpecifications[\($0.index)].InstanceCount",
                        "it is 0, and must be at least 1")
                }
        },
    ]

    /// Whether a member is missing or an empty list.
    static func isAbsent(_ value: JSONValue?) -> Bool {
        value == nil || value?.arrayValue?.isEmpty ?? false
    }
}
