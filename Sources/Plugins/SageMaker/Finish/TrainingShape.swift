internal import LaunchPluginKit

/// The instance types of a request or a job, and the number of instances of each.
struct TrainingShape: Sendable, Hashable {
    /// Instances of one type.
    struct Group: Sendable, Hashable {
        var type: String
        var count: Int
    }

    /// In the order of the document.
    let groups: [Group]

    /// Reads a `CreateTrainingJob` document or a description.
    init(_ document: JSONValue) {
        let resources = document["ResourceConfig"]
        if let listed = resources?["InstanceGroups"]?.arrayValue, !listed.isEmpty {
            groups = listed.map { Self.group($0["InstanceType"], $0["InstanceCount"]) }
        } else {
            // If the request has InstancePreferences, the description names the type that the service selected.
            groups = [
                Self.group(
                    resources?["SelectedInstanceType"] ?? resources?["InstanceType"],
                    resources?["SelectedInstanceCount"] ?? resources?["InstanceCount"])
            ]
        }
    }

    /// The total number of instances, at least 1.
    var hosts: Int { max(1, groups.map { max(0, $0.count) }.reduce(0) { $0.saturatingAdding($1) }) }

    private static func group(_ type: JSONValue?, _ count: JSONValue?) -> Group {
        Group(type: type?.stringValue ?? "", count: count?.integerValue.map { Int(clamping: $0) } ?? 1)
    }
}
