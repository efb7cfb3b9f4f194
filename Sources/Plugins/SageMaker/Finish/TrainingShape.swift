internal import LaunchHost

/// How many machines of which kind a request, or a job, is for.
struct TrainingShape: Sendable, Hashable {
    /// One kind of machine.
    struct Group: Sendable, Hashable {
        var type: String
        var count: Int
    }

    /// The kinds, in the order of the document.
    let groups: [Group]

    /// Reads a `CreateTrainingJob` document or a description.
    init(_ document: JSONValue) {
        let resources = document["ResourceConfig"]
        if let listed = resources?["InstanceGroups"]?.arrayValue, !listed.isEmpty {
            groups = listed.map { Self.group($0["InstanceType"], $0["InstanceCount"]) }
        } else {
            // What the service has chosen of InstancePreferences stands in the description.
            groups = [
                Self.group(
                    resources?["SelectedInstanceType"] ?? resources?["InstanceType"],
                    resources?["SelectedInstanceCount"] ?? resources?["InstanceCount"])
            ]
        }
    }

    /// How many machines there are, at least 1.
    var hosts: Int { max(1, groups.map { max(0, $0.count) }.reduce(0) { $0.saturatingAdding($1) }) }

    private static func group(_ type: JSONValue?, _ count: JSONValue?) -> Group {
        Group(type: type?.stringValue ?? "", count: count?.integerValue.map { Int(clamping: $0) } ?? 1)
    }
}
