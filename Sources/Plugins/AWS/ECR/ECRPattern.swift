/// ECR repositories as ARNs and patterns for IAM policies.
public enum ECRPattern {
    /// The ARN of an image's repository, from an image's name or a pattern of names; nil for an image that is not in
    /// ECR. `*` matches any text, also in the name.
    public static func repository(of image: String, partition: String, region: String) -> String? {
        guard image != "*" else { return any(partition: partition, region: region) }
        guard let slash = image.firstIndex(of: "/") else { return nil }
        let host = String(image[..<slash])
        let repository = name(image[image.index(after: slash)...])
        if let host = ECRHost(host) {
            return "arn:\(host.partition.id):ecr:\(host.region):\(host.account):repository/\(repository)"
        }
        guard host == "*" || (host.contains("*") && host.contains(".ecr.")) else { return nil }
        return "arn:\(partition):ecr:\(region):*:repository/\(repository)"
    }

    /// All visible repositories in a region; `*` for every region.
    public static func any(partition: String, region: String) -> String {
        "arn:\(partition):ecr:\(region):*:repository/*"
    }

    /// The repository's name without tag and digest.
    private static func name(_ path: Substring) -> String {
        let name = path.prefix { $0 != "@" }
        let last = name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex
        let colon = name[last...].firstIndex(of: ":") ?? name.endIndex
        return String(name[..<colon]).replacing("**", with: "*")
    }
}
