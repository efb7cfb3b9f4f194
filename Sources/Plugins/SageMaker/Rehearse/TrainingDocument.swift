internal import LaunchPluginKit

/// A `CreateTrainingJob` document from a container's point of view. A member of the wrong type counts as absent;
/// validation has already reported it.
struct TrainingDocument: Sendable, Hashable {
    let value: JSONValue

    init(_ value: JSONValue) {
        self.value = value
    }

    var jobName: String { value["TrainingJobName"]?.stringValue ?? "" }
    var roleARN: String? { value["RoleArn"]?.stringValue }
    var hyperParameters: [String: String] { value["HyperParameters"].strings }
    var environment: [String: String] { value["Environment"].strings }
    var algorithm: JSONValue? { value["AlgorithmSpecification"] }
    var image: String? { algorithm?["TrainingImage"]?.stringValue }
    var resources: JSONValue? { value["ResourceConfig"] }
    var isIsolated: Bool { value["EnableNetworkIsolation"]?.boolValue ?? false }
    var isSpot: Bool { value["EnableManagedSpotTraining"]?.boolValue ?? false }

    /// The channels, in the document's order.
    var channels: [TrainingChannel] {
        let mode = algorithm?["TrainingInputMode"]?.stringValue
        return (value["InputDataConfig"]?.arrayValue ?? []).compactMap { TrainingChannel($0, defaultMode: mode) }
    }

    /// In seconds. Without a value, the API's default of one day.
    var timeLimitSeconds: Int {
        value["StoppingCondition"]?["MaxRuntimeInSeconds"]?.integerValue.map { Int(clamping: $0) } ?? 86_400
    }

    /// The destination of checkpoints; nil if the request has none.
    var checkpointURI: String? { value["CheckpointConfig"]?["S3Uri"]?.stringValue }

    /// The container's folder of checkpoints, from the request or the API's default.
    var checkpointPath: String { value["CheckpointConfig"]?["LocalPath"]?.stringValue ?? "/opt/ml/checkpoints/" }

    /// Whether results are stored as single files instead of an archive.
    var isUncompressed: Bool { value["OutputDataConfig"]?["CompressionType"]?.stringValue == "NONE" }

    /// The prefix of all results, `s3://bucket/path/<job>/output`; nil without an output path.
    var resultURI: String? {
        guard var path = value["OutputDataConfig"]?["S3OutputPath"]?.stringValue else { return nil }
        while path.hasSuffix("/"), !path.hasSuffix("://") { path.removeLast() }
        return "\(path)/\(jobName)/output"
    }

    /// Metric definitions, in the document's order.
    var metricDefinitions: [(name: String, pattern: String)] {
        (algorithm?["MetricDefinitions"]?.arrayValue ?? []).compactMap { item in
            guard let name = item["Name"]?.stringValue, let pattern = item["Regex"]?.stringValue else { return nil }
            return (name, pattern)
        }
    }
}

extension JSONValue? {
    /// The string values of a mapping, without its other values.
    fileprivate var strings: [String: String] { self?.objectValue?.compactMapValues(\.stringValue) ?? [:] }
}
