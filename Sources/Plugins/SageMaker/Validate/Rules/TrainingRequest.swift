internal import LaunchPluginKit

/// A request as the rules between fields read it. A value of the wrong type, or one that is still a placeholder, counts
/// as absent text, so that one mistake causes one finding.
struct TrainingRequest {
    /// An instance type that the request asks for.
    struct InstanceChoice {
        /// The path: `ResourceConfig`, `ResourceConfig.InstanceGroups[1]`.
        var path: String
        var type: String
    }

    /// A channel with its path.
    struct Channel {
        var path: String
        var value: JSONValue
        var name: String?
        /// The channel's own input mode, otherwise the request's.
        var mode: String?
        var s3: JSONValue?
        var fileSystem: JSONValue?
    }

    let document: JSONValue
    let region: String?
    let channels: [Channel]
    /// The requested instance types, in order.
    let instances: [InstanceChoice]
    /// Whether SageMaker itself chooses instances and algorithm.
    let isServerless: Bool
    let isSpot: Bool

    init(_ document: JSONValue, region: String?) {
        self.document = document
        self.region = region
        isServerless = document["ServerlessJobConfig"] != nil
        isSpot = document["EnableManagedSpotTraining"]?.boolValue ?? false
        let defaultMode = document["AlgorithmSpecification"]?["TrainingInputMode"].text
        channels = Self.items(of: document["InputDataConfig"]).map { index, value in
            Channel(
                path: "InputDataConfig[\(index)]", value: value, name: value["ChannelName"].text,
                mode: value["InputMode"] == nil ? defaultMode : value["InputMode"].text,
                s3: value["DataSource"]?["S3DataSource"], fileSystem: value["DataSource"]?["FileSystemDataSource"])
        }
        var found: [InstanceChoice] = []
        if let type = document["ResourceConfig"]?["InstanceType"].text {
            found.append(.init(path: "ResourceConfig", type: type))
        }
        for list in ["InstanceGroups", "InstancePreferences"] {
            for (index, value) in Self.items(of: document["ResourceConfig"]?[list]) {
                guard let type = value["InstanceType"].text else { continue }
                found.append(.init(path: "ResourceConfig.\(list)[\(index)]", type: type))
            }
        }
        instances = found
    }

    var algorithm: JSONValue? { document["AlgorithmSpecification"] }
    var resources: JSONValue? { document["ResourceConfig"] }
    var stopping: JSONValue? { document["StoppingCondition"] }
    var image: String? { algorithm?["TrainingImage"].text }
    /// How SageMaker reaches the image's registry: `Platform` for ECR, or `Vpc` for the request's own VPC.
    var registryMode: String? {
        algorithm?["TrainingImageConfig"]?["TrainingRepositoryAccessMode"]?.stringValue
    }
    /// The groups of a heterogeneous cluster; empty if there are none.
    var groups: [(index: Int, value: JSONValue)] { Self.items(of: resources?["InstanceGroups"]) }
    /// The ordered instance types from which the service selects.
    var preferences: [(index: Int, value: JSONValue)] { Self.items(of: resources?["InstancePreferences"]) }

    /// The items of a list with their indices; empty if the value is not a list.
    static func items(of value: JSONValue?) -> [(index: Int, value: JSONValue)] {
        guard case .array(let items)? = value else { return [] }
        return items.enumerated().map { ($0.offset, $0.element) }
    }

    /// The indices of repeated keys, without each key's first index.
    static func repeated(_ keys: [String?]) -> [(index: Int, key: String)] {
        var seen: Set<String> = []
        return keys.enumerated().compactMap { index, key in
            guard let key, !seen.insert(key).inserted else { return nil }
            return (index, key)
        }
    }
}

extension JSONValue? {
    /// The text; nil if the value is not text or still contains a placeholder.
    var text: String? {
        guard case .string(let text)? = self, Placeholder.found(in: text, freely: false) == nil else { return nil }
        return text
    }
}
