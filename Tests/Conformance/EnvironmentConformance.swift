public import LaunchPluginKit

/// What the kit needs to check an environment.
public struct EnvironmentFixture: Sendable {
    /// The plugin.
    public var plugin: Plugin<any Environment>
    /// Makes a new environment.
    public var makeEnvironment: @Sendable () async throws -> any Environment
    /// The secrets that the environment uses. None of them may be printed.
    public var secrets: [String]

    public init(
        plugin: Plugin<any Environment>, secrets: [String] = [],
        makeEnvironment: @escaping @Sendable () async throws -> any Environment
    ) {
        self.plugin = plugin
        self.secrets = secrets
        self.makeEnvironment = makeEnvironment
    }
}

/// Checks an environment against the contract of `Environment`.
public struct EnvironmentConformance: Sendable {
    let fixture: EnvironmentFixture

    public init(_ fixture: EnvironmentFixture) {
        self.fixture = fixture
    }

    /// Runs all cases one after the other.
    public func run() async -> Report {
        var report = Report("environment \(fixture.plugin.type)")
        await Declarations(fixture.plugin).run(into: &report)
        await report.check("verify returns the identity, and the same one again", verifyNames)
        await report.check("16 concurrent calls of verify return the same identity", verifyConcurrently)
        await report.check("the printed environment contains no secret", printsNoSecret)
        return report
    }

    private func verifyNames() async throws {
        let environment = try await fixture.makeEnvironment()
        let identity = try await environment.verify()
        try require(!identity.principal.isEmpty, "the principal is empty")
        let again = try await environment.verify()
        try require(again == identity, "the second call returned \(again), the first \(identity)")
    }

    private func verifyConcurrently() async throws {
        let environment = try await fixture.makeEnvironment()
        let identities = try await withThrowingTaskGroup(of: Identity.self) { group in
            for _ in 0..<16 { group.addTask { try await environment.verify() } }
            return try await group.reduce(into: Set<Identity>()) { $0.insert($1) }
        }
        try require(identities.count == 1, "it returned \(identities)")
    }

    private func printsNoSecret() async throws {
        let environment = try await fixture.makeEnvironment()
        try requireHidden(fixture.secrets, in: environment, "the environment")
        let identity = try await environment.verify()
        try requireHidden(fixture.secrets, in: identity, "the identity")
        try requireHidden(fixture.secrets, in: environment, "the environment after its first call")
    }
}
