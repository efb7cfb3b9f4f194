internal import LaunchOCIRegistry
internal import LaunchPluginKit
internal import Synchronization

/// The clients of the registries themselves, one for each host, with logins from the environment.
final class ECRClients: Sendable {
    private let logins: ECRLogins
    private let reach: @Sendable (ECRHost) throws(OCIError) -> RegistryClient.Configuration
    private let clients = Mutex<[ECRHost: RegistryClient]>([:])

    init(logins: ECRLogins, reach: @escaping @Sendable (ECRHost) throws(OCIError) -> RegistryClient.Configuration) {
        (self.logins, self.reach) = (logins, reach)
    }

    func client(of host: ECRHost) throws(OCIError) -> RegistryClient {
        if let client = clients.withLock({ $0[host] }) { return client }
        let made = RegistryClient(try reach(host)) { [logins] () throws(OCIError) in
            do throws(AWSError) {
                let password = try await logins.password(host.region)
                return RegistryLogin(username: "AWS", password: password.reveal())
            } catch {
                throw OCIError(error.kind == .cancelled ? .cancelled : .unauthorised, error.summary)
            }
        }
        return clients.withLock { clients in
            let first = clients[host] ?? made
            clients[host] = first
            return first
        }
    }
}
