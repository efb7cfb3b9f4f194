internal import LaunchHost

extension QueueTemplate {
    /// What the text at a path of the template becomes at AWS, by the names that the service gives such members.
    static func valuePlace(_ path: FieldPath) -> ValuePlace {
        let names = path.steps.compactMap { step in
            if case .member(let name) = step { name } else { nil }
        }
        guard let first = names.first, let last = names.last, !freeText.contains(first), last != "Value" else {
            return .text
        }
        if last == rehearsalRole || last.hasSuffix("Arn") || last.hasSuffix("KmsKeyId") { return .arn }
        if last.hasSuffix("Uri") || last.hasSuffix("Url") || last == "S3OutputPath" { return .uri }
        if last.hasSuffix("Path") { return .path }
        if first == "VpcConfig" || names.contains("FileSystemDataSource") { return .name() }
        return ["TrainingJobName", "ChannelName", "AlgorithmName"].contains(last) ? .name() : .text
    }

    /// What the job itself reads.
    private static let freeText: Set = ["Environment", "HyperParameters", "Tags"]
}
