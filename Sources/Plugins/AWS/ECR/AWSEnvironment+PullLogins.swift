public import LaunchPluginKit
internal import Synchronization

extension AWSEnvironment: PullLoginOffering {
    /// A login to ECR in any account and region: AWS's own images, such as those of the Deep Learning Containers, are
    /// in ECR too.
    public func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login? {
        guard let host = image.host.flatMap({ ECRHost($0) }) else { return nil }
        let login = registryLogins.withLock { logins in
            if let login = logins[host.region] { return login }
            let region = host.region
            // The environment owns the login, so the login must not retain the environment.
            let made = ECRLogin(now: runtime.clock.now) { [weak self] () async throws(AWSError) in
                guard let self else { throw AWSError(.cancelled, "The program is ending.") }
                return try await client(.ecr, region: region)
            }
            logins[region] = made
            return made
        }
        do throws(AWSError) {
            return RegistryAccess.Login(username: "AWS", password: try await login.password())
        } catch {
            throw error.backendError
        }
    }
}
