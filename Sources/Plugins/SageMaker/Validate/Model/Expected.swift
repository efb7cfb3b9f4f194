internal import LaunchPluginKit

/// Describes in words what a shape requires.
enum Expected {
    /// Descriptions of the model's patterns, by shape. The service's names of shapes have not changed for years.
    private static let byShape: [String: String] = [
        "AlgorithmImage": "an image, like 123456789012.dkr.ecr.us-east-1.amazonaws.com/NAME:TAG",
        "ArnOrName": "the name of an algorithm (letters, digits and inner hyphens) or its ARN",
        "ChannelName": "a channel's name: letters, digits, '.', '-' and '_'",
        "DirectoryPath": "the full path of a folder",
        "ExperimentEntityName": "a name of letters, digits and inner hyphens",
        "FileSystemId": "the ID of a file system, like fs-0123456789abcdef0",
        "HubDataSetArn": "the ARN of a data set in a SageMaker hub",
        "KmsKeyId": "the ID, ARN or alias of a KMS key",
        "MlFlowResourceArn": "the ARN of an MLflow tracking server or app",
        "ModelPackageArn": "the ARN of a model package",
        "ModelPackageGroupArn": "the ARN of a model package group",
        "RoleArn": "the ARN of a role, like arn:aws:iam::123456789012:role/NAME",
        "S3Uri": "an S3 URI, like s3://BUCKET/PREFIX",
        "SecurityGroupId": "the ID of a security group, like sg-0123456789abcdef0",
        "SequenceLength": "a length like 4K",
        "ServerlessJobBaseModelArn": "the ARN of a model in a SageMaker hub",
        "SubnetId": "the ID of a subnet, like subnet-0123456789abcdef0",
        "TagKey": "a tag's key: letters, digits, spaces and _ . : / = + - @",
        "TagValue": "a tag's value: letters, digits, spaces and _ . : / = + - @",
        "TrainingEnvironmentKey": "a variable's name: letters, digits and '_', no digit first",
        "TrainingJobName": "a job's name: 1 to 63 letters, digits and inner hyphens",
        "TrainingPlanArn": "the ARN of a training plan",
        "TrainingRepositoryCredentialsProviderArn": "the ARN of a Lambda function",
    ]

    /// A hint for a missing value, which begins with "Give"; nil if no helpful hint exists.
    static func gift(for shape: Shape) -> String? {
        isOneLine(shape) ? nil : words(for: shape).map { "Give \($0)." }
    }

    /// Whether the shape has no other rule than one line of text.
    private static func isOneLine(_ shape: Shape) -> Bool {
        guard byShape[shape.name] == nil, case .text(let rules) = shape.kind else { return false }
        guard rules.words.isEmpty || rules.words.count > 8 else { return false }
        return rules.pattern?.text == ".*" || rules.pattern?.text == ".+"
    }

    /// The expected value, for a sentence with "is not"; nil if the pattern itself is clearer.
    static func words(for shape: Shape) -> String? {
        if let words = byShape[shape.name] { return words }
        guard case .text(let rules) = shape.kind else { return nil }
        if !rules.words.isEmpty, rules.words.count <= 8 { return "one of \(rules.words.joined(separator: ", "))" }
        return isOneLine(shape) ? "a text of one line" : nil
    }

    /// The kind of value, in the words of `JSONValue.kindName`.
    static func kind(of shape: Shape) -> String {
        switch shape.kind {
        case .structure, .map: "a mapping"
        case .list: "a list"
        case .text: "a string"
        case .integer: "a whole number"
        case .number, .other: "a number"
        case .flag: "true or false"
        }
    }

    /// `1 to 5`, `1 or more`, `5 or less`.
    static func range(_ bounds: Shape.Bounds, _ show: (Int64) -> String = { "\($0)" }) -> String {
        switch (bounds.least, bounds.most) {
        case (let least?, let most?): least == most ? "exactly \(show(least))" : "\(show(least)) to \(show(most))"
        case (let least?, nil): "\(show(least)) or more"
        case (nil, let most?): "\(show(most)) or less"
        case (nil, nil): "any"
        }
    }

    /// How to write the value so that it has the right type.
    static func hint(for value: JSONValue, insteadOf shape: Shape, isPrivate: Bool) -> String? {
        switch (shape.kind, value) {
        case (.text, .integer), (.text, .number), (.text, .bool):
            if isPrivate { return "Put the value in quotes." }
            let written = (try? JSON.canonical(value)) ?? ""
            return "Put it in quotes: \"\(written)\"."
        case (.integer, .string(let text)):
            return Int64(text) != nil ? "Write it without quotes: \(text)." : nil
        case (.flag, .string(let text)):
            return ["true", "false"].contains(text.lowercased())
                ? "Write it without quotes: \(text.lowercased())." : nil
        case (.list, .string), (.list, .object):
            return "Write a list, even for one item."
        case (_, .null):
            return "Leave the key out, or give it a value."
        default:
            return nil
        }
    }
}
