internal import LaunchPluginKit

extension QueueTemplate {
    /// How AWS uses the text at a path of the template, judged by the naming conventions of the service's members.
    static func valueUse(_ path: FieldPath) -> ValueUse {
        let names = path.steps.compactMap { step in
            if case .member(let name) = step { name } else { nil }
        }
        guard let first = names.first, let last = names.last, !freeText.contains(first), last != "Value" else {
            return .text
        }
        if last == rehearsalRole || last.hasSuffix("Arn") || last.hasSuffix("KmsKeyId") { return .resource("an ARN") }
        if last.hasSuffix("Uri") || last.hasSuffix("Url") || last == "S3OutputPath" || last == codeURI { return .uri }
        if last.hasSuffix("Path") { return .path }
        if first == "VpcConfig" || names.contains("FileSystemDataSource") { return .name() }
        return ["TrainingJobName", "ChannelName", "AlgorithmName"].contains(last) ? .name() : .text
    }

    /// Members whose values only the job itself reads.
    private static let freeText: Set = ["Environment", "HyperParameters", "Tags"]
}
