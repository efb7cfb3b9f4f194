internal import LaunchPluginKit

/// An environment with a configured identity.
struct MockEnvironment: Environment {
    let options: Options

    func verify() async throws(BackendError) -> Identity {
        try failOnDemand(options, "verify")
        return Identity(
            principal: options.string("principal") ?? "mock-user", account: options.string("account"),
            region: options.string("region"))
    }
}
