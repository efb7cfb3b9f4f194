public import LaunchPluginKit

/// What the kit needs to check an environment.
public struct EnvironmentFixture: Sendable {
    /// The plugin.
    public var plugin: Plugin<any Environment>
    /// Makes a new environment.
    public var makeEnvironment: @Sendable () async throws -> any Environment
    /// The secrets that the environment uses. None of them may be printed.
    public var secrets: [String]
    /// How the kit runs the cases.
    public var settings: KitSettings
    /// The way to the service, which can have faults. Nil: what the plugin makes of faults is not checked.
    public var wire: (any Wire)?

    public init(
        plugin: Plugin<any Environment>, secrets: [String] = [], settings: KitSettings = KitSettings(),
        wire: (any Wire)? = nil,
        makeEnvironment: @escaping @Sendable () async throws -> any Environment
    ) {
        self.plugin = plugin
        self.secrets = secrets
        self.settings = settings
        self.wire = wire
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
    /// - Parameters:
    ///   - test: the test function that calls this function, for a process of its own.
    ///   - file: its file.
    public func run(test: String = #function, file: String = #fileID) async -> Report {
        let test = TestPlace(function: test, file: file)
        return await runKit("environment \(fixture.plugin.type)", .environment, fixture.settings, test: test) { kit in
            await Declarations(fixture.plugin).run(in: kit)
            await kit.check(.environmentIdentity) { try await verifyNames() }
            await kit.check(.environmentConcurrent) { try await verifyConcurrently() }
            await kit.check(.environmentSecrets) { try await printsNoSecret() }
            await kit.check(.environmentUnreachable) { try await verifyUnreachable() }
        }
    }

    private func environment() async throws -> any Environment {
        try await asked("makeEnvironment") { try await fixture.makeEnvironment() }
    }

    private func verifyUnreachable() async throws {
        // Credentials that were verified before may be kept, so the environment is new.
        let environment = try await environment()
        try await fixture.wire.with(.unreachable) {
            _ = try await failure("'verify', without a way to the service,") { _ = try await environment.verify() }
        }
        _ = try await environment.verify()
    }

    private func verifyNames() async throws {
        let environment = try await environment()
        let identity = try await environment.verify()
        try require(!identity.principal.isEmpty, "the principal is empty")
        let again = try await environment.verify()
        try require(again == identity, "the second call returned \(again), the first \(identity)")
    }

    private func verifyConcurrently() async throws {
        let environment = try await environment()
        let identities = try await withThrowingTaskGroup(of: Identity.self) { group in
            for _ in 0..<16 { group.addTask { try await environment.verify() } }
            return try await group.reduce(into: Set<Identity>()) { $0.insert($1) }
        }
        try require(identities.count == 1, "it returned \(identities)")
    }

    private func printsNoSecret() async throws {
        let environment = try await environment()
        try requireHidden(fixture.secrets, in: environment, "the environment")
        let identity = try await environment.verify()
        try requireHidden(fixture.secrets, in: identity, "the identity")
        try requireHidden(fixture.secrets, in: environment, "the environment after its first call")
    }
}
