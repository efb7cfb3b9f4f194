/// The host of an account's private registry, as at the beginning of an image's name.
public struct ECRHost: Sendable, Hashable, CustomStringConvertible {
    /// The account, twelve digits.
    public let account: String
    public let region: String
    public let partition: Partition
    /// The whole name: `123456789012.dkr.ecr.us-east-1.amazonaws.com`.
    public let description: String

    /// The usual host of an account in a region; nil for an invalid account or region.
    public init?(account: String, region: String) {
        guard let partition = Partition.of(region: region) else { return nil }
        self.init("\(account).dkr.ecr.\(region).\(partition.dnsSuffix)")
    }

    /// Parses a host, including FIPS and dual-stack hosts. Nil for any other text, also with a port or capital
    /// letters.
    public init?(_ text: String) {
        guard let found = text.wholeMatch(of: /([0-9]{12})\.dkr([.-])ecr(?:-fips)?\.([a-z0-9-]+)\.([a-z0-9.-]+)/) else {
            return nil
        }
        let (account, separator, region, suffix) = (
            String(found.1), found.2, String(found.3), String(found.4)
        )
        guard let partition = Partition.of(region: region) else { return nil }
        let wanted = separator == "." ? partition.dnsSuffix : Self.dualStackSuffix(of: partition)
        guard suffix == wanted else { return nil }
        self.account = account
        self.region = region
        self.partition = partition
        description = text
    }

    /// The suffix for images: `on.aws` instead of the API's `api.aws`.
    private static func dualStackSuffix(of partition: Partition) -> String {
        "on." + partition.dualStackSuffix.dropFirst("api.".count)
    }
}
