public import LaunchHost

@testable import LaunchSageMaker

/// Requests for the tests: the minimal request, and the members that each test adds.
enum Requests {
    static let digest = "sha256:" + String(repeating: "a", count: 64)
    static let image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/train@\(digest)"

    static let least: [String: JSONValue] = [
        "TrainingJobName": "digits-1", "RoleArn": "arn:aws:iam::123456789012:role/trainer",
        "AlgorithmSpecification": ["TrainingImage": .string(image), "TrainingInputMode": "File"],
        "OutputDataConfig": ["S3OutputPath": "s3://bucket/out/"],
        "ResourceConfig": ["InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10],
        "StoppingCondition": ["MaxRuntimeInSeconds": 3600],
    ]

    /// The minimal request with additional members. Objects are merged, null removes a member.
    static func request(_ changes: [String: JSONValue] = [:]) -> RunRequest {
        RunRequest(runner: "sagemaker", document: merged(.object(least), .object(changes)))
    }

    private static func merged(_ old: JSONValue, _ new: JSONValue) -> JSONValue {
        guard case .object(let changes) = new else { return new }
        var members = old.objectValue ?? [:]
        for (name, value) in changes { members[name] = value == .null ? nil : merged(members[name] ?? [:], value) }
        return .object(members)
    }

    static func job(
        _ changes: [String: JSONValue] = [:], _ options: RehearsalOptions = RehearsalOptions()
    ) throws -> ContainerJob {
        try Rehearsal(request(changes), options: options, region: "eu-west-1").containerJob()
    }

    /// A channel of S3 objects. `more` is added to the channel, `source` to its S3 source.
    static func channel(
        _ name: String, _ uri: String, source: [String: JSONValue] = [:], _ more: [String: JSONValue] = [:]
    ) -> JSONValue {
        let s3: JSONValue = ["S3DataType": "S3Prefix", "S3Uri": .string(uri)]
        let base: JSONValue = [
            "ChannelName": .string(name), "DataSource": ["S3DataSource": merged(s3, .object(source))],
        ]
        return merged(base, .object(more))
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByStringInterpolation
{
    /// JSON literals in tests.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { $1 })
    }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(stringLiteral value: String) { self = .string(value) }
}
