internal import LaunchPluginKit

extension Rule {
    /// The volumes of the instances.
    static let storage = [
        Rule("volume-size", source: Source.api("ResourceConfig, VolumeSizeInGB")) { request in
            guard !request.isServerless, let resources = request.resources else { return [] }
            let size = resources["VolumeSizeInGB"]
            guard size == nil || size?.integerValue == 0 else { return [] }
            let without = request.instances.filter { LocalStorage.of($0.type) == .never }.map(\.type)
            return .when(
                !without.isEmpty,
                .error(
                    "ResourceConfig.VolumeSizeInGB",
                    "it is \(size == nil ? "missing" : "0 GB"), and \(without[0]) has no storage of its own",
                    hint: "Give the size of the volume in GB, like 30."))
        },
        Rule("volume-size-ignored", source: Source.api("ResourceConfig, VolumeSizeInGB")) { request in
            guard let size = request.resources?["VolumeSizeInGB"]?.integerValue, size > 0 else { return [] }
            let fixed = request.instances.filter { LocalStorage.of($0.type) == .documented }.map(\.type)
            return .when(
                !fixed.isEmpty && fixed.count == request.instances.count,
                .warning(
                    "ResourceConfig.VolumeSizeInGB",
                    "\(size) GB will not be used: \(fixed[0]) has fixed storage of its own"))
        },
        Rule("volume-kms", source: Source.api("ResourceConfig, VolumeKmsKeyId")) { request in
            guard request.resources?["VolumeKmsKeyId"] != nil else { return [] }
            let path = "ResourceConfig.VolumeKmsKeyId"
            let hint = "Leave the key out: the hardware encrypts local storage."
            for storage in [LocalStorage.documented, .likely] {
                guard let instance = request.instances.first(where: { LocalStorage.of($0.type) == storage }) else {
                    continue
                }
                let text = "\(instance.type) has local storage, for which no key can be chosen"
                return [storage == .documented ? .error(path, text, hint: hint) : .warning(path, text, hint: hint)]
            }
            return []
        },
        Rule("express-kms", source: Source.api("OutputDataConfig, KmsKeyId")) { request in
            let output = request.document["OutputDataConfig"]
            guard output?["KmsKeyId"].text.map({ !$0.isEmpty }) ?? false, let uri = output?["S3OutputPath"].text else {
                return []
            }
            let bucket = uri.split(separator: "/").dropFirst().first ?? ""
            return .when(
                bucket.hasSuffix("--x-s3"),
                .error(
                    "OutputDataConfig.KmsKeyId", "S3 Express One Zone takes no KMS key, and \(bucket) is such a bucket")
            )
        },
    ]
}

/// Whether instances of a type have local disks (NVMe).
enum LocalStorage {
    /// SageMaker's documentation names the family.
    case documented
    /// EC2 lists instance store volumes for the family, or its name has the 'd' that marks them.
    case likely
    /// The family has only EBS volumes, by EC2's list.
    case never
    /// Unknown to this program.
    case unknown

    private static let inDocumentation: Set<Substring> = ["g4dn", "g5", "p4d"]
    private static let onEC2: Set<Substring> = [
        "g6", "g6e", "gr6", "p3dn", "p4de", "p5", "p5e", "p5en", "trn1", "trn1n", "trn2",
    ]
    private static let withoutOnEC2: Set<Substring> = [
        "c4", "c5", "c5n", "c6i", "c7i", "m4", "m5", "m6i", "m7i", "p2", "p3", "r5", "r6i", "r7i", "t2", "t3",
    ]

    /// The local storage of a type such as `ml.m5.large`.
    static func of(_ type: String) -> LocalStorage {
        let parts = type.split(separator: ".")
        guard parts.count == 3, parts[0] == "ml" else { return .unknown }
        let family = parts[1]
        if inDocumentation.contains(family) { return .documented }
        if onEC2.contains(family) { return .likely }
        if withoutOnEC2.contains(family) { return .never }
        // m5d, r5d, c6id, m6gd: general families, a generation, and a 'd' among the letters after it.
        guard let kind = family.first, "cmr".contains(kind) else { return .unknown }
        return family.dropFirst().drop(while: \.isNumber).contains("d") ? .likely : .unknown
    }
}
