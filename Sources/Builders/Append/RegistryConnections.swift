internal import LaunchOCIRegistry
internal import LaunchPluginKit
internal import LaunchRegistryLogins
internal import Synchronization

/// The clients of registries: of the configured one with its settings, and of others with the logins that a pull uses.
final class RegistryConnections: Sendable {
    let later: LaterRegistry
    private let logins: PullLogins
    private let clients = Mutex<[RegistryHost: RegistryClient]>([:])

    init(_ context: PluginContext) {
        later = context.later
        logins = PullLogins(context)
    }

    static func host(of image: ImageReference) throws(BackendError) -> RegistryHost {
        do throws(OCIError) {
            return try image.host.map { name throws(OCIError) in try RegistryHost(parsing: name) } ?? .dockerHub
        } catch {
            throw BackendError(.invalid, error.message)
        }
    }

    /// The client of an image's registry.
    /// - Parameter registry: the registry of the build; nil if it is not known yet.
    func client(for image: ImageReference, registry: (any Registry)?) async throws(BackendError) -> RegistryClient {
        let host = try Self.host(of: image)
        for known in [registry, later.registry] {
            do throws(OCIError) {
                if let client = try (known as? any RegistryConnecting)?.client(of: host) { return client }
            } catch {
                throw BackendError(append: error)
            }
        }
        if let registry = registry ?? later.registry, case .remote(let name, _) = try await registry.access(),
            (try? RegistryHost(parsing: name)) == host
        {
            return kept(host) { () async throws(BackendError) -> RegistryAccess.Login? in
                guard case .remote(_, let login) = try await registry.access() else { return nil }
                return login
            }
        }
        return kept(host) { [logins] () async throws(BackendError) -> RegistryAccess.Login? in
            try await logins.login(toPull: image)?.login
        }
    }

    private func kept(
        _ host: RegistryHost, _ login: @escaping @Sendable () async throws(BackendError) -> RegistryAccess.Login?
    ) -> RegistryClient {
        clients.withLock { clients in
            let client =
                clients[host]
                ?? RegistryClient(.init(host: host)) { () throws(OCIError) in
                    do throws(BackendError) {
                        return try await login().map {
                            RegistryLogin(username: $0.username, password: $0.password.reveal())
                        }
                    } catch {
                        throw error.category == .cancelled
                            ? OCIError(.cancelled, error.message) : OCIError(.unauthorised, error.description)
                    }
                }
            clients[host] = client
            return client
        }
    }
}

extension BackendError {
    /// Maps a registry's error while an image is appended.
    init(append error: OCIError) {
        let hint: String? =
            switch error.code {
            case .unauthorised, .denied:
                "Log in with 'docker login' as the user of the agent, or give the registry's block a login that may do it."
            case .unreachable: "Check the address of the registry, and that it runs."
            case .tls:
                "Give the authority's certificate as the registry's 'ca_file', or 'insecure: true' for plain http."
            default: nil
            }
        self.init(error, hint: hint)
    }
}
