internal import LaunchPluginKit

extension Rule {
    /// Heterogeneous clusters.
    static let instanceGroups = [
        Rule("instance-groups", source: Source.github("aws/sagemaker-python-sdk/pull/5564")) { request in
            guard !request.groups.isEmpty else { return [] }
            return ["InstanceType", "InstanceCount"].filter { request.resources?[$0] != nil }
                .map {
                    .error(
                        "ResourceConfig.\($0)", "it cannot be given together with InstanceGroups",
                        hint: "Each group has its own.")
                }
        },
        Rule("instance-group-name", source: Source.api("InstanceGroup, InstanceGroupName")) { request in
            TrainingRequest.repeated(request.groups.map { $0.value["InstanceGroupName"].text }).map { index, name in
                .warning(
                    "ResourceConfig.InstanceGroups[\(index)].InstanceGroupName",
                    "\(Shown.quoted(name)) is also the name of an earlier group")
            }
        },
        Rule("channel-groups", source: Source.github("aws/sagemaker-python-sdk/issues/6089")) { request in
            let with = request.channels.filter { !isAbsent($0.s3?["InstanceGroupNames"]) }
            guard !with.isEmpty else { return [] }
            let names = with.compactMap(\.name).joined(separator: ", ")
            return request.channels.filter { $0.s3 != nil && isAbsent($0.s3?["InstanceGroupNames"]) }.map {
                .error(
                    "\($0.path).DataSource.S3DataSource.InstanceGroupNames",
                    "it is missing, and other channels (\(names)) name instance groups: all channels do, or none")
            }
        },
        Rule("channel-group-name", source: Source.api("S3DataSource, InstanceGroupNames")) { request in
            let known = Set(request.groups.compactMap { $0.value["InstanceGroupName"].text })
            guard !known.isEmpty else { return [] }
            return request.channels.flatMap { channel in
                TrainingRequest.items(of: channel.s3?["InstanceGroupNames"]).compactMap { index, value in
                    guard let name = (value as JSONValue?).text, !name.isEmpty, !known.contains(name) else {
                        return nil
                    }
                    return .error(
                        "\(channel.path).DataSource.S3DataSource.InstanceGroupNames[\(index)]",
                        "\(Shown.quoted(name)) is not one of ResourceConfig.InstanceGroups (\(known.sorted().joined(separator: ", ")))"
                    )
                }
            }
        },
    ]

    /// The ordered list of instance types from which the service selects an available one.
    static let instancePreferences = [
        Rule("preferences-alone", source: Source.api("ResourceConfig, InstancePreferences")) { request in
            guard !request.preferences.isEmpty else { return [] }
            var others = ["InstanceType", "InstanceGroups", "InstancePlacementConfig"]
                .filter { !isAbsent(request.resources?[$0]) }.map { "ResourceConfig.\($0)" }
            if request.isSpot { others.append("EnableManagedSpotTraining") }
            return others.map { .error($0, "it cannot be given together with ResourceConfig.InstancePreferences") }
        },
        Rule("preferences-count", source: Source.api("InstancePreference, InstanceCount")) { request in
            let without = request.preferences.filter { $0.value["InstanceCount"] == nil }
            guard !request.preferences.isEmpty else { return [] }
            let hasOwn = without.count < request.preferences.count
            if request.resources?["InstanceCount"] != nil {
                return .when(
                    hasOwn,
                    .error(
                        "ResourceConfig.InstanceCount",
                        "it cannot be given if preferences have an InstanceCount of their own"))
            }
            return without.map {
                .error(
                    "ResourceConfig.InstancePreferences[\($0.index)].InstanceCount", "it is missing",
                    hint: "Give one to every preference, or one for all in ResourceConfig.InstanceCount.")
            }
        },
        Rule("preferences-plan", source: Source.api("InstancePreference, TrainingPlanArns")) { request in
            .when(
                request.resources?["TrainingPlanArn"] != nil
                    && request.preferences.contains { $0.value["TrainingPlanArns"] != nil },
                .error(
                    "ResourceConfig.TrainingPlanArn",
                    "it cannot be given if preferences have TrainingPlanArns of their own"))
        },
        Rule("preferences-unique", source: Source.api("ResourceConfig, InstancePreferences")) { request in
            TrainingRequest.repeated(request.preferences.map { $0.value["InstanceType"].text }).map { index, type in
                .error(
                    "ResourceConfig.InstancePreferences[\(index)].InstanceType",
                    "\(Shown.quoted(type)) is in the list already")
            }
        },
    ]
}
