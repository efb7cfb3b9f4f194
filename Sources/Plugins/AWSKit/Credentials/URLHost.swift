internal import FoundationEssentials

/// The host of a URL.
package struct URLHost {
    /// The name or address in lower case, without the brackets of IPv6.
    let name: String
    /// True if the scheme is https.
    let isSecure: Bool

    /// Nil if the text is not an http or https URL, or contains a login.
    package init?(_ url: String) {
        guard let components = URLComponents(string: url), let scheme = components.scheme?.lowercased(),
            scheme == "http" || scheme == "https", components.user == nil, let host = components.host, !host.isEmpty
        else { return nil }
        isSecure = scheme == "https"
        name = host.filter { $0 != "[" && $0 != "]" }.lowercased()
    }

    /// True if it is this machine.
    var isLoopback: Bool {
        if name == "localhost" || name == "::1" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
