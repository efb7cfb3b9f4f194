import FoundationEssentials
import LaunchCore

/// The address of a service, and the names in its signatures.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// `https`, or `http` if an override sets it.
    public let scheme: String
    /// The host in lower case, with the port unless it is the scheme's default: the value of the `Host` header.
    public let host: String
    /// The prefix of every path: percent-encoded, without a slash at its end, usually empty.
    public let basePath: String
    /// The region in signatures: the request's region, except for global services.
    public let signingRegion: String
    /// The service name in signatures.
    public let signingName: String
    /// True if a setting gives it instead of the rules.
    public let isOverride: Bool

    /// Scheme, host and base path, to be followed by a path with a leading slash.
    public var url: String { "\(scheme)://\(host)\(basePath)" }
    /// The URL.
    public var description: String { url }

    /// The endpoint of a service in a region.
    ///
    /// - Parameters:
    ///   - region: may be unknown. A name that no region has belongs to the partition `aws`, if it can be part of a
    ///     host name.
    ///   - override: a URL that is used unchanged and signed for the region; nil applies the rules.
    ///   - source: the origin of `override`, for messages.
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

    /// The endpoint with another host or base path.
    func with(host: String? = nil, basePath: String? = nil) -> Endpoint {
        Endpoint(
            scheme: scheme, host: host ?? self.host, basePath: basePath ?? self.basePath, signingRegion: signingRegion,
            signingName: signingName, isOverride: isOverride)
    }

    private static func parse(
        _ text: String, _ place: String
    ) throws(EndpointError) -> (scheme: String, host: String, path: String) {
        // A user name and password in the URL must not be in a message, also if the rest is malformed.
        guard !text.contains("@") else {
            throw EndpointError("the endpoint\(place) has a user name or password in it", hint: "remove them")
        }
        let ports = ["http": 80, "https": 443]
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let ownPort = ports[scheme], let name = parts.host?.lowercased(), !name.isEmpty,
            hasPort(text) == (parts.port != nil), (1...65_535).contains(parts.port ?? ownPort)
        else {
            throw EndpointError(
                "\(Wording.quoted(text))\(place) is not an endpoint",
                hint: "write a URL like https://host or http://127.0.0.1:5000")
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

    /// True if a port, or a malformed port, follows the host: `URLComponents` drops one that is not a number.
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
