public import LaunchPluginKit

extension SageMakerRunner {
    /// The instances of `ResourceConfig`, of one type or of instance groups.
    ///
    /// A run with `instance_types` counts with each of them from its beginning, because a later attempt may use any: so no
    /// attempt exceeds a limit.
    public func demand(of job: ResolvedJob) -> [InstanceDemand] {
        let place = FieldPath([.member("ResourceConfig")])
        let resources = job.template["ResourceConfig"] ?? .object([:])
        if let groups = resources["InstanceGroups"]?.arrayValue, !groups.isEmpty {
            return groups.enumerated().compactMap { index, group in
                let path = place.appending("InstanceGroups").appending(index: index).appending("InstanceCount")
                return group["InstanceType"]?.stringValue.map {
                    InstanceDemand(type: $0, count: Self.count(group["InstanceCount"]), path: path)
                }
            }
        }
        let others = job.template[QueueTemplate.instanceTypes]?.arrayValue ?? []
        let types = ([resources["InstanceType"]].compactMap(\.self) + others).compactMap(\.stringValue)
        let count = Self.count(resources["InstanceCount"])
        var seen: Set<String> = []
        return types.filter { seen.insert($0).inserted }.map {
            InstanceDemand(type: $0, count: count, path: place.appending("InstanceCount"))
        }
    }

    /// A count that is not a number is an error of the request, which the checks report.
    private static func count(_ value: JSONValue?) -> Int { Int(clamping: value?.integerValue ?? 1) }
}

extension ServiceModel {
    /// The instance types of training jobs, in the model's order.
    var instanceTypes: [String] {
        for shape in shapes where shape.name == "TrainingInstanceType" {
            if case .text(let text) = shape.kind { return text.words }
        }
        return []
    }
}
