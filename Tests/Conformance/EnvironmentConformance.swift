public import LaunchHost

/// What the kit needs to know of an environment to examine it.
public struct EnvironmentFixture: Sendable {
    /// The plugin.
    public var plugin: Plugin<any Environment>
    /// Makes the environment anew.
    public var makeEnvironment: @Sendable () async throws -> any Environment
    /// The secrets that it works with, none of which may show.
    public var secrets: [String]

    /// A fixture from its parts.
    public init(
        plugin: Plugin<any Environment>, secrets: [String] = [],
        makeEnvironment: @escaping @Sendable () async throws -> any Environment
    ) {
        self.plugin = plugin
        self.secrets = secrets
        self.makeEnvironment = makeEnvironment
    }
}

/// Examines an environment against the contract of `Environment`.
public struct EnvironmentConformance: Sendable {
    let fixture: EnvironmentFixture

    /// An examination with that fixture.
    public init(_ fixture: EnvironmentFixture) {
        self.fixture = fixture
    }

    /// Runs all cases, one after the other.
    public func run() async -> Report {
        var report = Report("environment \(fixture.plugin.type)")
        await Declarations(fixture.plugin).run(into: &report)
        await report.check("verify says who, and the same again", verifyNames)
        await report.check("verify may be called 16 times at once", verifyConcurrently)
        await report.check("no secret shows when it is printed", printsNoSecret)
        return report
    }

    private func verifyNames() async throws {
        let environment = try await fixture.makeEnvironment()
        let identity = try await environment.verify()
        try require(!identity.principal.isEmpty, "the principal is empty")
        let again = try await environment.verify()
        try require(again == identity, "the second call says \(again), the first said \(identity)")
    }

    private func verifyConcurrently() async throws {
        let environment = try await fixture.makeEnvironment()
        let identities = try await withThrowingTaskGroup(of: Identity.self) { group in
            for _ in 0..<16 { group.addTask { try await environment.verify() } }
            return try await group.reduce(into: Set<Identity>()) { $0.insert($1) }
        }
        try require(identities.count == 1, "it says \(identities)")
    }

    private func printsNoSecret() async throws {
        let environment = try await fixture.makeEnvironment()
        try requireHidden(fixture.secrets, in: environment, "the environment")
        let identity = try await environment.verify()
        try requireHidden(fixture.secrets, in: identity, "the identity")
        try requireHidden(fixture.secrets, in: environment, "the environment after its first call")
    }
}
