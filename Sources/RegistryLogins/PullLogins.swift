public import ContainerEngine
public import LaunchHost

/// The login with which an image is pulled or looked up: of the configuration's registry, else of the environment, else the
/// user's own of docker or podman.
public struct PullLogins: Sendable {
    private let environment: (any PullLoginOffering)?
    private let docker: DockerLogins
    private let log: Logger

    /// Logins of a configuration.
    /// - Parameter context: what the plugin that pulls is made with.
    public init(_ context: PluginContext) {
        environment = context.environment as? any PullLoginOffering
        docker = DockerLogins(variables: context.variables)
        log = context.log
    }

    /// The login for an image; nil where there is none, and the image is pulled without.
    /// - Parameter registry: the configuration's registry; nil where it has been asked.
    /// - Throws: what keeps a login that there is from being used now, such as credentials that have expired.
    public func login(
        toPull image: ImageReference, registry: (any Registry)? = nil
    ) async throws(BackendError) -> RegistryCredentials? {
        if let login = try await registry?.login(toPull: image) { return Self.credentials(login, image) }
        do throws(BackendError) {
            if let login = try await environment?.login(toPull: image) { return Self.credentials(login, image) }
        } catch {
            // The user's docker may have a login where the environment may not get one.
            guard [.denied, .invalid, .configuration, .notFound].contains(error.category) else { throw error }
            log.warning(
                "the environment has no login for an image", ["image": image.description, "error": error.description])
        }
        return try await ownLogin(to: image.host)
    }

    /// The user's own login of docker or podman; nil where there is none. A helper that fails is a warning.
    public func ownLogin(to host: String?) async throws(BackendError) -> RegistryCredentials? {
        do throws(EngineError) {
            guard let login = try await docker.login(to: host) else { return nil }
            // The mask of secrets learns it here.
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
    /// The login as a registry's access has it; nil for an identity token, which only engines can use.
    public var login: RegistryAccess.Login? {
        revealPassword().map { RegistryAccess.Login(username: username, password: Secret($0)) }
    }
}
