internal import LaunchPluginKit

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
        guard let (account, separator, region, suffix) = Self.parts(of: text) else { return nil }
        guard let partition = Partition.of(region: region) else { return nil }
        let wanted = separator == "." ? partition.dnsSuffix : Self.dualStackSuffix(of: partition)
        guard suffix == wanted else { return nil }
        self.account = account
        self.region = region
        self.partition = partition
        description = text
    }

    /// The parts of `([0-9]{12})\.dkr([.-])ecr(?:-fips)?\.([a-z0-9-]+)\.([a-z0-9.-]+)`. Each run of an image of ECR reads
    /// several of these names.
    private static func parts(
        of text: String
    ) -> (account: String, separator: Character, region: String, suffix: Substring)? {
        let account = text.utf8.prefix(12)
        guard account.count == 12, account.allSatisfy(\.isDigit) else { return nil }
        let service = text[account.endIndex...]
        let names: [(String, Character)] = [
            (".dkr.ecr.", "."), (".dkr-ecr.", "-"), (".dkr.ecr-fips.", "."), (".dkr-ecr-fips.", "-"),
        ]
        guard let (name, separator) = names.first(where: { service.utf8.starts(with: $0.0.utf8) }) else { return nil }
        let rest = service.utf8.dropFirst(name.utf8.count)
        guard let dot = rest.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let (region, suffix) = (rest[..<dot], rest[rest.index(after: dot)...])
        guard !region.isEmpty, region.allSatisfy(isOfName), !suffix.isEmpty,
            suffix.allSatisfy({ isOfName($0) || $0 == UInt8(ascii: ".") })
        else { return nil }
        return (
            String(text[..<account.endIndex]), separator, String(Substring(region)), Substring(suffix)
        )
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        byte.isLowerLetter || byte.isDigit || byte == UInt8(ascii: "-")
    }

    /// The suffix for images: `on.aws` instead of the API's `api.aws`.
    private static func dualStackSuffix(of partition: Partition) -> String {
        "on." + partition.dualStackSuffix.dropFirst("api.".count)
    }
}
