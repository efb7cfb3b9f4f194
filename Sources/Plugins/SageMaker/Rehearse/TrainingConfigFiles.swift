internal import LaunchPluginKit

/// The files below `/opt/ml/input/config` that describe its job to a training container, with exactly the documented
/// keys.
struct TrainingConfigFiles {
    static let folder = "/opt/ml/input/config"

    let document: TrainingDocument
    let hosts: TrainingHosts
    /// Whether there are checkpoints. Only then `checkpointconfig.json` exists.
    let hasCheckpoints: Bool

    /// The files of one host.
    func files(of host: String, in group: TrainingHosts.Group) throws(BackendError) -> [RehearsalPlan.File] {
        var contents: [(String, JSONValue)] = [
            ("hyperparameters", .object(document.hyperParameters.mapValues { .string($0) })),
            ("inputdataconfig", channels(of: group)),
            ("resourceconfig", resources(of: host, in: group)),
        ]
        if hasCheckpoints {
            contents.append(("checkpointconfig", .object(["LocalPath": .string(document.checkpointPath)])))
        }
        var files: [RehearsalPlan.File] = []
        for (name, content) in contents {
            files.append(.init(path: "\(Self.folder)/\(name).json", content: try Self.text(content)))
        }
        return files
    }

    /// The channels of a group. A host's file does not list channels that the host does not get.
    private func channels(of group: TrainingHosts.Group) -> JSONValue {
        var channels: [String: JSONValue] = [:]
        for channel in document.channels where channel.groups?.contains(group.name) ?? true {
            var told: [String: JSONValue] = [
                "TrainingInputMode": .string(channel.mode.rawValue),
                "S3DistributionType": .string(channel.distribution),
                "RecordWrapperType": .string(channel.recordWrapper),
            ]
            told["ContentType"] = channel.contentType.map { .string($0) }
            channels[channel.name] = .object(told)
        }
        return .object(channels)
    }

    private func resources(of host: String, in group: TrainingHosts.Group) -> JSONValue {
        func list(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
        let groups = hosts.groups.map { group in
            JSONValue.object([
                "instance_group_name": .string(group.name), "instance_type": .string(group.type),
                "hosts": list(group.hosts),
            ])
        }
        return .object([
            "current_host": .string(host), "current_instance_type": .string(group.type),
            "current_group_name": .string(group.name), "hosts": list(hosts.names), "instance_groups": .array(groups),
            "network_interface_name": .string("eth0"),
        ])
    }

    private static func text(_ value: JSONValue) throws(BackendError) -> String {
        do {
            return try JSON.canonical(value)
        } catch {
            throw BackendError(.invalid, "The request cannot be written as JSON: \(error)")
        }
    }
}
