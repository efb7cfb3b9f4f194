internal import LaunchHost
internal import OCIRegistry

/// A registry of its own, asked over the distribution API.
struct RemoteStore: Sendable {
    let location: RegistryLocation
    let login: PasswordSource?
    private let client: RegistryClient

    init(location: RegistryLocation, login: PasswordSource?, configuration: RegistryClient.Configuration) {
        self.location = location
        self.login = login
        client = RegistryClient(configuration) { () throws(OCIError) in
            do throws(BackendError) {
                guard let login = try login?.read() else { return nil }
                return RegistryLogin(username: login.username, password: login.password.reveal())
            } catch {
                throw OCIError(.invalid, error.message)
            }
        }
    }

    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        let wanted = reference.digest?.rawValue ?? reference.tag ?? "latest"
        do throws(OCIError) {
            guard let image = try await client.image(reference.repository, wanted) else { return nil }
            guard let digest = Digest(rawValue: image.digest) else {
                throw OCIError(.corrupt, "\(reference) has the digest \(image.digest), which is no SHA-256.")
            }
            let host = location.host.name
            return PinnedImage(
                reference: "\(host)/\(reference.repository)@\(digest)", digest: digest,
                name: reference.description, platform: image.platform?.description)
        } catch {
            throw BackendError(registry: error)
        }
    }
}
