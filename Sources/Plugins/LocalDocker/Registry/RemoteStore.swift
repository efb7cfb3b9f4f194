internal import LaunchOCIRegistry
internal import LaunchPluginKit
internal import LaunchRegistryLogins

/// A remote registry, accessed by the distribution API.
struct RemoteStore: Sendable {
    let location: RegistryLocation
    let transport: RegistryTransport
    private let login: PasswordSource?
    private let logins: PullLogins
    let client: RegistryClient

    init(
        location: RegistryLocation, login: PasswordSource?, logins: PullLogins,
        configuration: RegistryClient.Configuration
    ) {
        self.location = location
        self.login = login
        self.logins = logins
        transport = RegistryTransport(caFile: configuration.caFile, isPlain: configuration.isPlain)
        client = RegistryClient(configuration) { () throws(OCIError) in
            do throws(BackendError) {
                guard let login = try await Self.login(login, logins, location) else { return nil }
                return RegistryLogin(username: login.username, password: login.password.reveal())
            } catch {
                throw OCIError(.invalid, error.message)
            }
        }
    }

    /// The configured login, else the user's own login of docker or podman.
    func access() async throws(BackendError) -> RegistryAccess.Login? {
        try await Self.login(login, logins, location)
    }

    private static func login(
        _ login: PasswordSource?, _ logins: PullLogins, _ location: RegistryLocation
    ) async throws(BackendError) -> RegistryAccess.Login? {
        if let login { return try login.read() }
        return try await logins.ownLogin(to: location.host.name)?.login
    }

    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        let wanted = reference.digest?.rawValue ?? reference.tag ?? "latest"
        do throws(OCIError) {
            guard let image = try await client.image(reference.repository, wanted) else { return nil }
            guard let digest = Digest(rawValue: image.digest) else {
                throw OCIError(.corrupt, "\(reference) has the digest \(image.digest), which is not a SHA-256.")
            }
            let host = location.host.name
            return PinnedImage(
                reference: "\(host)/\(reference.repository)@\(digest)", digest: digest,
                name: reference.description, platform: image.platform?.description)
        } catch {
            var refusal = BackendError(registry: error)
            if error.code == .unauthorised, login == nil {
                refusal.hint =
                    "Log in with 'docker login \(location.host.name)', or give the registry's block 'username' and 'password_file'."
            } else if [.unauthorised, .denied].contains(error.code), let login {
                refusal.hint = "Check 'username' (\(login.username)) and the password of the registry's block."
            }
            throw refusal
        }
    }
}
