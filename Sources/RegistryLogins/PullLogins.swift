public import LaunchContainerEngine
public import LaunchPluginKit

/// The login for pulling or inspecting an image. Sources in order: the configuration's registry, the environment, and
/// the user's own login of docker or podman.
public struct PullLogins: Sendable {
    private let environment: (any PullLoginOffering)?
    private let docker: DockerLogins
    private let log: Logger

    /// The logins of a configuration.
    /// - Parameter context: the context of the plugin that pulls.
    public init(_ context: PluginContext) {
        environment = context.environment as? any PullLoginOffering
        docker = DockerLogins(variables: context.variables)
        log = context.log
    }

    /// The login for an image; nil for an anonymous pull.
    /// - Parameter registry: the configuration's registry; nil to skip it.
    /// - Throws: why an existing login cannot be used now, for example because its credentials have expired.
    public func login(
        toPull image: ImageReference, registry: (any Registry)? = nil
    ) async throws(BackendError) -> RegistryCredentials? {
        if let login = try await registry?.login(toPull: image) { return Self.credentials(login, image) }
        do throws(BackendError) {
            if let login = try await environment?.login(toPull: image) { return Self.credentials(login, image) }
        } catch {
            // docker may have a login for the user even if the environment is not allowed to get one.
            guard [.denied, .invalid, .configuration, .notFound].contains(error.category) else { throw error }
            log.warning(
                "the environment has no login for an image", ["image": image.description, "error": error.description])
        }
        return try await ownLogin(to: image.host)
    }

    /// The user's own login of docker or podman; nil without one. A failing helper is logged as a warning.
    public func ownLogin(to host: String?) async throws(BackendError) -> RegistryCredentials? {
        do throws(EngineError) {
            let login = try await docker.login(to: host) { [log] program in
                log.warning(
                    "waiting for a credential helper of docker",
                    ["program": program, "registry": host ?? "docker.io"])
            }
            guard let login else { return nil }
            // Registers the password, so that it is masked in output.
            _ = login.revealPassword().map { Secret($0) }
            return login
        } catch {
            guard error.code != .cancelled else { throw BackendError(.cancelled, error.message) }
            log.warning("docker's own login cannot be used", ["error": error.description])
            return nil
        }
    }

    private static func credentials(_ login: RegistryAccess.Login, _ image: ImageReference) -> RegistryCredentials {
        RegistryCredentials(
            username: login.username, password: login.password.reveal(), server: image.host ?? "docker.io")
    }
}

extension RegistryCredentials {
    /// The login as `RegistryAccess` represents it; nil for an identity token, which only engines can use.
    public var login: RegistryAccess.Login? {
        revealPassword().map { RegistryAccess.Login(username: username, password: Secret($0)) }
    }
}
