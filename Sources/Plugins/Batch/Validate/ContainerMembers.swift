internal import LaunchPluginKit

/// The members of `ContainerProperties` in Batch's API, and the kind of each. From botocore's model, 2016-08-10.
enum ContainerMembers {
    enum Kind: String {
        case text, flag, list, mapping, number
    }

    static let kinds: [String: Kind] = [
        "image": .text, "vcpus": .number, "memory": .number, "command": .list, "jobRoleArn": .text,
        "executionRoleArn": .text, "volumes": .list, "environment": .list, "mountPoints": .list,
        "readonlyRootFilesystem": .flag, "privileged": .flag, "ulimits": .list, "user": .text, "instanceType": .text,
        "resourceRequirements": .list, "linuxParameters": .mapping, "logConfiguration": .mapping, "secrets": .list,
        "networkConfiguration": .mapping, "fargatePlatformConfiguration": .mapping, "enableExecuteCommand": .flag,
        "ephemeralStorage": .mapping, "runtimePlatform": .mapping, "repositoryCredentials": .mapping,
    ]

    /// What the template has another place for.
    static let elsewhere = [
        "image": "leave it out: a run's image is that of the submit, or 'image' of the queue's file",
        "vcpus": "write resources: {VCPU: …}; AWS has deprecated vcpus",
        "memory": "write resources: {MEMORY: …}; AWS has deprecated memory",
        "command": "write it as command of the queue's file",
        "environment": "write it as env of the queue's file",
    ]

    /// Members that only one platform has.
    static let fargateOnly: Set = ["fargatePlatformConfiguration", "networkConfiguration", "ephemeralStorage"]
    static let ec2Only: Set = ["privileged", "instanceType", "ulimits"]

    static func fits(_ value: JSONValue, _ kind: Kind) -> Bool {
        switch kind {
        case .text: value.stringValue != nil
        case .flag: value.boolValue != nil
        case .list: value.arrayValue != nil
        case .mapping: value.objectValue != nil
        case .number: value.doubleValue != nil
        }
    }
}
