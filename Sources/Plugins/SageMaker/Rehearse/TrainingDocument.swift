internal import LaunchHost

/// A `CreateTrainingJob` document as a container sees it. What is absent or of the wrong type reads as not given:
/// validation has told of it by then.
struct TrainingDocument: Sendable, Hashable {
    /// The document.
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

    /// The channels, in order.
    var channels: [TrainingChannel] {
        let mode = algorithm?["TrainingInputMode"]?.stringValue
        return (value["InputDataConfig"]?.arrayValue ?? []).compactMap { TrainingChannel($0, defaultMode: mode) }
    }

    /// Seconds; a day where the request says nothing, as the API has it.
    var timeLimitSeconds: Int {
        value["StoppingCondition"]?["MaxRuntimeInSeconds"]?.integerValue.map { Int(clamping: $0) } ?? 86_400
    }

    /// Where checkpoints go; nil where the request has none.
    var checkpointURI: String? { value["CheckpointConfig"]?["S3Uri"]?.stringValue }

    /// The folder of checkpoints, as the request or the API's default writes it.
    var checkpointPath: String { value["CheckpointConfig"]?["LocalPath"]?.stringValue ?? "/opt/ml/checkpoints/" }

    /// Whether results are stored as they are, instead of packed.
    var isUncompressed: Bool { value["OutputDataConfig"]?["CompressionType"]?.stringValue == "NONE" }

    /// The prefix of all results, `s3://bucket/path/<job>/output`; nil without an output path.
    var resultURI: String? {
        guard var path = value["OutputDataConfig"]?["S3OutputPath"]?.stringValue else { return nil }
        while path.hasSuffix("/"), !path.hasSuffix("://") { path.removeLast() }
        return "\(path)/\(jobName)/output"
    }

    /// Metric definitions, in order.
    var metricDefinitions: [(name: String, pattern: String)] {
        (algorithm?["MetricDefinitions"]?.arrayValue ?? []).compactMap { item in
            guard let name = item["Name"]?.stringValue, let pattern = item["Regex"]?.stringValue else { return nil }
            return (name, pattern)
        }
    }
}

extension JSONValue? {
    /// The strings of a mapping; what else is in it is left out.
    fileprivate var strings: [String: String] { self?.objectValue?.compactMapValues(\.stringValue) ?? [:] }
}
