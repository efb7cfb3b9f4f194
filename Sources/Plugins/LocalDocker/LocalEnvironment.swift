internal import Glibc
public import LaunchHost

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
        Identity(principal: "\(SystemUser.name)@\(Self.hostName())")
    }

    private static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
