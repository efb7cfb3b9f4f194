/// The name of a resource on AWS: `arn:aws:iam::123456789012:role/trainer`.
public struct ARN: Sendable, Hashable, LosslessStringConvertible {
    /// The partition's `id`.
    public var partition: String
    /// The service: `iam`.
    public var service: String
    /// The region; empty for global resources.
    public var region: String
    /// The account, twelve digits; empty for resources without one, such as buckets.
    public var account: String
    /// The rest, which may contain colons and slashes: `role/trainer`.
    public var resource: String

    /// The parts are not checked.
    public init(partition: String, service: String, region: String = "", account: String = "", resource: String) {
        self.partition = partition
        self.service = service
        self.region = region
        self.account = account
        self.resource = resource
    }

    /// Parses an ARN; nil for any other text, and for an unknown partition.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", Partition.named(parts[1]) != nil, !parts[2].isEmpty,
            parts[4].isEmpty || Self.isAccount(parts[4]) || parts[4] == "aws", !parts[5].isEmpty,
            !text.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.value < 0x20 })
        else { return nil }
        self.init(partition: parts[1], service: parts[2], region: parts[3], account: parts[4], resource: parts[5])
    }

    /// The text of the ARN.
    public var description: String { "arn:\(partition):\(service):\(region):\(account):\(resource)" }

    /// The part before the first `/` or `:` of the resource, `role`; empty if there is none.
    public var resourceType: String {
        resource.firstIndex { $0 == "/" || $0 == ":" }.map { String(resource[..<$0]) } ?? ""
    }

    /// The part after the type, with its path: `trainer`.
    public var resourceName: String {
        resource.firstIndex { $0 == "/" || $0 == ":" }.map { String(resource[resource.index(after: $0)...]) }
            ?? resource
    }

    /// True if a text is an account ID: twelve digits.
    public static func isAccount(_ text: String) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
