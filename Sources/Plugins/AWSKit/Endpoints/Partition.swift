/// One of AWS's separate clouds, with its own accounts, names and endpoints.
public struct Partition: Sendable, Hashable {
    /// The name in ARNs: `aws`, `aws-cn`, `aws-us-gov`, …
    public let id: String
    /// The end of host names: `amazonaws.com`.
    public let dnsSuffix: String
    /// The end of host names with IPv6: `api.aws`.
    public let dualStackSuffix: String
    /// The region in signatures for global services, unless they have another.
    public let globalRegion: String
    /// The beginning of region names, before the direction and the number.
    let prefixes: [String]
    /// The regions known at build time, sorted.
    public let regions: [String]

    /// The partition of a region, determined by its name, also for regions newer than this program. Nil for text that
    /// is not a region name.
    public static func of(region: String) -> Partition? {
        all.first { $0.regions.contains(region) } ?? all.first { $0.word(of: region) != nil }
    }

    /// The partition with that name in an ARN.
    public static func named(_ id: String) -> Partition? {
        all.first { $0.id == id }
    }

    /// `east` in `us-east-1`; nil if the name is not of this partition.
    func word(of region: String) -> Substring? {
        let parts = region.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, let word = parts.dropLast().last, let number = parts.last,
            prefixes.contains(parts.dropLast(2).joined(separator: "-")),
            !word.isEmpty, word.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }),
            !number.isEmpty, number.utf8.allSatisfy(isDigit)
        else { return nil }
        return word
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension Partition {
    /// A page of the web console; nil for partitions whose console has no public address.
    ///
    /// `consoleURL(region: "eu-west-1", page: "sagemaker/home", fragment: "/jobs/my-job")`. The arguments are
    /// encoded.
    public func consoleURL(region: String, page: String, fragment: String? = nil) -> String? {
        let hosts = [
            "aws": "console.aws.amazon.com", "aws-cn": "console.amazonaws.cn",
            "aws-us-gov": "console.amazonaws-us-gov.com", "aws-eusc": "console.amazonaws-eusc.eu",
            "aws-iso": "console.c2shome.ic.gov", "aws-iso-b": "console.sc2shome.sgov.gov",
        ]
        guard let host = hosts[id] else { return nil }
        let url = "https://\(host)/\(URIEncoding.path(page))?region=\(URIEncoding.component(region))"
        return fragment.map { "\(url)#\(URIEncoding.path($0))" } ?? url
    }
}
