internal import LaunchOCIRegistry
internal import LaunchPluginKit
internal import LaunchRegistryLogins

extension BackendError {
    /// Maps a registry error to the host's categories.
    init(registry error: OCIError) {
        let hint: String? =
            switch error.code {
            case .unauthorised: "Check 'username' and the password of the registry."
            case .untrusted: "If that host belongs to the registry, name it in the registry's 'token_hosts'."
            case .tls: "Give the authority's certificate as 'ca_file', or 'insecure: true' for plain http."
            case .unreachable: "Check the registry's address ('uri', or the builder's 'destination'), and that it runs."
            case .corrupt: "The registry, or a proxy in front of it, sends damaged or wrong data. Check both."
            default: nil
            }
        self.init(error, hint: hint)
    }
}
