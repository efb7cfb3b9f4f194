internal import LaunchHTTP

/// Decides which token services may receive a registry's login.
///
/// A registry names its token service in a response that a compromised registry, or an attacker on the network, can
/// forge. So a login is sent only to the registry's own host and port, to well-known token services of registries on
/// another host, and to the hosts in the configuration.
struct TokenRealms: Sendable {
    let host: RegistryHost
    /// Whether the registry itself is reached without TLS.
    let isPlain: Bool
    /// The hosts in the configuration.
    let named: [String]

    /// Registries whose token service is on another host, by their own documentation.
    private static let known = [
        "docker.io": "auth.docker.io", "registry.gitlab.com": "gitlab.com", "registry.suse.com": "scc.suse.com",
    ]

    /// Throws if the realm must not be called, or must not receive the login.
    func check(_ realm: String, asksWithLogin: Bool, for subject: String) throws(OCIError) {
        guard let origin = HTTPOrigin(realm) else {
            throw OCIError(
                .notARegistry,
                "\(subject) names a token service whose address is not an http or https URL with a host.")
        }
        // Over plain HTTP, others could read the token of a registry that itself uses TLS.
        guard origin.isSecure || isPlain else {
            throw OCIError(.tls, "\(subject) names the token service \(origin), which is not https.")
        }
        guard asksWithLogin, !isOwn(origin) else { return }
        guard isNamed(origin) else {
            throw OCIError(
                .untrusted,
                "\(subject) asks for its login to be sent to the token service \(origin), which is another server. "
                    + "The login was not sent.")
        }
        guard origin.isSecure || isLoopback(origin) else {
            throw OCIError(
                .tls,
                "\(subject) names the token service \(origin), which is another server and not https. "
                    + "The login was not sent.")
        }
    }

    /// Whether the realm has the registry's own scheme, host and port.
    private func isOwn(_ origin: HTTPOrigin) -> Bool {
        guard let own = HTTPOrigin("\(isPlain ? "http" : "https")://\(host.apiHost)") else { return false }
        return own == origin
    }

    private func isNamed(_ origin: HTTPOrigin) -> Bool {
        if origin.isSecure, origin.port == 443, Self.known[host.name.lowercased()] == origin.host { return true }
        return named.contains { $0.lowercased() == origin.authority }
    }

    private func isLoopback(_ origin: HTTPOrigin) -> Bool {
        (try? RegistryHost(parsing: origin.authority))?.isLoopback ?? false
    }
}
