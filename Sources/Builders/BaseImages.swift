internal import LaunchContainerEngine
internal import LaunchOCIRegistry
internal import LaunchPluginKit
internal import LaunchRegistryLogins
internal import Synchronization

/// Looks up the current digests of a Dockerfile's base images: first in the engine's store if there is an engine, as the
/// engine does for a build, then in the base image's registry, with the login that a build uses.
final class BaseImages: Sendable {
    private let engine: SharedEngine?
    private let log: Logger
    private let logins: PullLogins
    private let later: LaterRegistry
    private let clients = Mutex<[RegistryHost: RegistryClient]>([:])

    /// - Parameter engine: the engine that builds; nil if the builder has none.
    init(engine: SharedEngine?, logins: PullLogins, _ context: PluginContext) {
        self.engine = engine
        self.logins = logins
        later = context.later
        log = context.log
    }

    /// The current digest of `reference`. Nil if it cannot be determined, for instance because the registry requires a
    /// login that only the engine has.
    func digest(of reference: ImageReference) async throws(BackendError) -> Digest? {
        if let digest = reference.digest { return digest }
        if let digest = try await stored(reference) { return digest }
        do throws(OCIError) {
            let host = try reference.host.map { name throws(OCIError) in try RegistryHost(parsing: name) } ?? .dockerHub
            let image = try await image(reference, of: host)
            return image.flatMap { Digest(rawValue: $0.digest) }
        } catch {
            switch error.code {
            case .cancelled: throw BackendError(.cancelled, error.message)
            case .throttled: throw BackendError(.throttled, error.message, retryAfter: error.retryAfter)
            case .failing: throw BackendError(.transient, error.message)
            default:
                // The engine may have its own access: a mirror, a proxy, a login.
                log.warning(
                    "cannot tell whether a base image has changed",
                    ["image": reference.description, "why": error.message])
                return nil
            }
        }
    }

    /// The digest from the engine's store, in the form that the registry would return, so that pulling a base image
    /// does not change the key.
    private func stored(_ reference: ImageReference) async throws(BackendError) -> Digest? {
        do throws(EngineError) {
            guard let engine, let image = try await engine.client().image(reference.description) else { return nil }
            let name = Self.familiar(reference.name)
            let known = image.digests.filter { Self.familiar(String($0.prefix { $0 != "@" })) == name }.sorted()
            let text = known.first.flatMap { $0.split(separator: "@").last.map(String.init) } ?? image.id
            return Digest(rawValue: text.hasPrefix("sha256:") ? text : "sha256:\(text)")
        } catch {
            if error.code == .cancelled { throw BackendError(.cancelled, error.message) }
            return nil
        }
    }

    private func image(_ reference: ImageReference, of host: RegistryHost) async throws(OCIError) -> RemoteImage? {
        let tag = reference.tag ?? "latest"
        do throws(OCIError) {
            return try await client(host, for: reference).image(reference.repository, tag)
        } catch {
            // The image may be public even if the registry's login is outdated, or must not go to its token service.
            guard [.untrusted, .unauthorised].contains(error.code),
                let image = try? await RegistryClient(.init(host: host)).image(reference.repository, tag)
            else { throw error }
            return image
        }
    }

    /// If a login is temporarily not usable, the lookup fails. Returning nil would change the key.
    private static func failure(_ error: BackendError) -> OCIError {
        switch error.category {
        case .cancelled: OCIError(.cancelled, error.description)
        case .throttled: OCIError(.throttled, error.description, retryAfter: error.retryAfter)
        case .transient, .unavailable, .expired, .unauthenticated: OCIError(.failing, error.description)
        default: OCIError(.unauthorised, error.description)
        }
    }

    /// How the configuration's registry reaches a host that it knows; nil for other hosts.
    func reach(_ host: RegistryHost) throws(OCIError) -> RegistryClient.Configuration? {
        try (later.registry as? any RegistryConnecting)?.client(of: host)?.configuration
    }

    private func client(
        _ host: RegistryHost, for reference: ImageReference
    ) throws(OCIError) -> RegistryClient {
        let reach = try reach(host)
        return clients.withLock { clients in
            let client =
                clients[host]
                ?? RegistryClient(reach ?? .init(host: host)) { [logins, later] () throws(OCIError) in
                    do throws(BackendError) {
                        guard let login = try await logins.login(toPull: reference, registry: later.registry),
                            let password = login.revealPassword()
                        else { return nil }
                        return RegistryLogin(username: login.username, password: password)
                    } catch {
                        throw Self.failure(error)
                    }
                }
            clients[host] = client
            return client
        }
    }

    /// The name without its default parts, which podman writes and docker omits.
    private static func familiar(_ name: String) -> Substring {
        var name = name[...]
        for prefix in ["docker.io/", "library/"] where name.hasPrefix(prefix) { name = name.dropFirst(prefix.count) }
        return name
    }
}
