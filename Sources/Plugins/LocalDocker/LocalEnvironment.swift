public import LaunchPluginKit

/// Environment `local`: this machine and its user. It holds no credentials and calls no service.
public struct LocalEnvironment: Environment {
    /// The plugin's declaration.
    public static let plugin = Plugin<any Environment>(
        type: "local", summary: "This machine and its user; no credentials.",
        examples: ["environment:\n  type: local\n"]
    ) { _, _ in LocalEnvironment() }

    /// The environment.
    public init() {}

    /// The user and the host name.
    public func verify() async throws(BackendError) -> Identity {
        Identity(principal: SystemUser.atHost)
    }
}
