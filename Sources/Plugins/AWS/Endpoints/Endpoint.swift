import FoundationEssentials
import LaunchHost

/// Where a service answers, and what its signatures have to name.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// `https`, or `http` where an override says so.
    public let scheme: String
    /// The host, lower case, with the port unless it is the scheme's own: what the `Host` header says.
    public let host: String
    /// What every path begins with: percent-encoded, without a slash at its end, usually empty.
    public let basePath: String
    /// The region that signatures name: that of the request, but for global services.
    public let signingRegion: String
    /// The service that signatures name.
    public let signingName: String
    /// Whether a setting chose it instead of the rules.
    public let isOverride: Bool

    /// Scheme, host and base path, ready for a path that begins with a slash.
    public var url: String { "\(scheme)://\(host)\(basePath)" }
    /// The same.
    public var description: String { url }

    /// The endpoint of a service in a region.
    ///
    /// - Parameters:
    ///   - region: known or not; what no region is called counts as one of the partition `aws`, as long as it can stand
    ///     in a host name.
    ///   - override: a URL that is used as it stands, signed for the region; nil follows the rules.
    ///   - source: where `override` was written, for messages.
    public static func resolve(
        service: AWSService, region: String, fips: Bool = false, dualStack: Bool = false, override: String? = nil,
        from source: String? = nil
    ) throws(EndpointError) -> Endpoint {
        guard isHostLabel(region) else {
            throw EndpointError(
                "\(Wording.quoted(region)) cannot be a region", hint: "regions are named like us-east-1")
        }
        let rule = HostRule(service: service, region: region, fips: fips, dualStack: dualStack)
        guard let override else {
            let (host, signingRegion) = try rule.host()
            return Endpoint(
                scheme: "https", host: host, basePath: "", signingRegion: signingRegion,
                signingName: service.signingName, isOverride: false)
        }
        let place = source.map { " (\($0))" } ?? ""
        let parts = try parse(override, place)
        if fips || dualStack {
            throw EndpointError(
                "the endpoint \(Wording.quoted(override))\(place) cannot be combined with "
                    + (fips ? "FIPS endpoints" : "dual-stack endpoints"),
                hint: "remove one of the two settings")
        }
        return Endpoint(
            scheme: parts.scheme, host: parts.host, basePath: parts.path, signingRegion: rule.signingRegion,
            signingName: service.signingName, isOverride: true)
    }

    /// The same endpoint with another host or base path.
    func with(host: String? = nil, basePath: String? = nil) -> Endpoint {
        Endpoint(
            scheme: scheme, host: host ?? self.host, basePath: basePath ?? self.basePath, signingRegion: signingRegion,
            signingName: signingName, isOverride: isOverride)
    }

    private static func parse(
        _ text: String, _ place: String
    ) throws(EndpointError) -> (scheme: String, host: String, path: String) {
        // A name and password in it must not come back in a message, also when the rest of it is wrong.
        guard !text.contains("@") else {
            throw EndpointError("the endpoint\(place) has a user name or password in it", hint: "remove them")
        }
        let ports = ["http": 80, "https": 443]
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let ownPort = ports[scheme], let name = parts.host?.lowercased(), !name.isEmpty,
            hasPort(text) == (parts.port != nil), (1...65_535).contains(parts.port ?? ownPort)
        else {
            throw EndpointError(
                "\(Wording.quoted(text))\(place) is no endpoint",
                hint: "expected a URL like https://host or http://127.0.0.1:5000")
        }
        guard parts.query == nil, parts.fragment == nil else {
            throw EndpointError(
                "the endpoint \(Wording.quoted(text))\(place) has a query or fragment", hint: "end it with the path")
        }
        var path = parts.percentEncodedPath[...]
        while path.last == "/" { path.removeLast() }
        let port = parts.port.map { $0 == ownPort ? "" : ":\($0)" } ?? ""
        return (scheme, "\(name)\(port)", String(path))
    }

    /// Whether a port, or what should be one, follows the host: one that is no number is lost in `URLComponents`.
    private static func hasPort(_ url: String) -> Bool {
        let authority = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first ?? ""
        return (authority.split(separator: "]").last ?? "").contains(":") && !authority.hasSuffix("]")
    }

    private static func isHostLabel(_ text: String) -> Bool {
        let isInner = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return (1...63).contains(text.utf8.count) && text.utf8.allSatisfy(isInner) && text.first != "-"
            && text.last != "-"
    }
}
