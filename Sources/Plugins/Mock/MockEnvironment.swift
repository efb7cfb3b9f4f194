internal import LaunchHost

/// An environment that is whoever it is told to be.
struct MockEnvironment: Environment {
    let options: Options

    func verify() async throws(BackendError) -> Identity {
        try failOnDemand(options, "verify")
        return Identity(
            principal: options.string("principal") ?? "mock-user", account: options.string("account"),
            region: options.string("region"))
    }
}
