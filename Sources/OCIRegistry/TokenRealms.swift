internal import HTTP

/// Which token services a registry may send its clients to.
///
/// A registry names its token service in an answer that anybody on the way, or a registry that was taken over, can write.
/// So a login goes to the registry's own host and port, to the few services that are known to belong to a registry on
/// another host, and to those that the configuration names.
struct TokenRealms: Sendable {
    let host: RegistryHost
    /// Whether the registry itself is spoken to without TLS.
    let isPlain: Bool
    /// The configuration's.
    let named: [String]

    /// Registries whose token service is elsewhere, as their own documentation says.
    private static let known = [
        "docker.io": "auth.docker.io", "registry.gitlab.com": "gitlab.com", "registry.suse.com": "scc.suse.com",
    ]

    /// Throws where the realm must not be asked, or must not be asked with the login.
    func check(_ realm: String, asksWithLogin: Bool, for subject: String) throws(OCIError) {
        guard let origin = HTTPOrigin(realm) else {
            throw OCIError(
                .notARegistry,
                "\(subject) sends to a token service whose address is not an http or https URL with a host.")
        }
        // A token service over plain HTTP would show the token of a registry that is itself behind TLS.
        guard origin.isSecure || isPlain else {
            throw OCIError(.tls, "\(subject) sends to the token service \(origin), which is not https.")
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
                "\(subject) sends to the token service \(origin), which is another server and not https. "
                    + "The login was not sent.")
        }
    }

    /// The registry's own host and port. TLS may be added on another port of the host, and never taken away.
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
