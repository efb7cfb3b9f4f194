public import LaunchPluginKit

/// What the kit needs to check a registry.
public struct RegistryFixture: Sendable {
    /// The plugin.
    public var plugin: Plugin<any Registry>
    /// Makes a new registry, as a program does after a restart.
    public var makeRegistry: @Sendable () async throws -> any Registry
    /// Pushes a small image under a name without using the registry under test, and returns the digest. Nil if only a
    /// builder can push.
    public var push: (@Sendable (ImageReference) async throws -> Digest)?
    /// A name in this registry that has no image.
    public var unknown: ImageReference
    /// The secrets that the registry uses. None of them may be printed.
    public var secrets: [String]
    /// How the kit runs the cases.
    public var settings: KitSettings
    /// The way to the registry, which can have faults. Nil: what the plugin makes of faults is not checked.
    public var wire: (any Wire)?

    public init(
        plugin: Plugin<any Registry>, unknown: ImageReference, secrets: [String] = [],
        settings: KitSettings = KitSettings(), wire: (any Wire)? = nil,
        makeRegistry: @escaping @Sendable () async throws -> any Registry,
        push: (@Sendable (ImageReference) async throws -> Digest)?
    ) {
        self.plugin = plugin
        self.unknown = unknown
        self.secrets = secrets
        self.settings = settings
        self.wire = wire
        self.makeRegistry = makeRegistry
        self.push = push
    }
}

/// Checks a registry against the contract of `Registry`.
public struct RegistryConformance: Sendable {
    let fixture: RegistryFixture

    public init(_ fixture: RegistryFixture) {
        self.fixture = fixture
    }

    /// Runs all cases one after the other. The fixture removes the images that it pushes.
    /// - Parameters:
    ///   - test: the test function that calls this function, for a process of its own.
    ///   - file: its file.
    public func run(test: String = #function, file: String = #fileID) async -> Report {
        let test = TestPlace(function: test, file: file)
        return await runKit("registry \(fixture.plugin.type)", .registry, fixture.settings, test: test) { kit in
            await Declarations(fixture.plugin).run(in: kit)
            await kit.check(.registryUnknown) { try await unknownIsNil() }
            await kit.check(.registryDestination) { try await destinationIsValid() }
            await kit.check(.registryDestinationIsPure) { try await destinationIsPure() }
            await kit.check(.registryPushed) { try await pushedResolves() }
            await kit.check(.registryAgain) { try await resolvesTheSame() }
            await kit.check(.registryMoved) { try await movedTag() }
            await kit.check(.registryLogin) { try await pullsWithItsLogin() }
            await kit.check(.registrySecrets) { try await printsNoSecret() }
            await kit.check(.registryUnreachable) { try await resolveUnreachable() }
        }
    }

    private func makeRegistry() async throws -> any Registry {
        try await asked("makeRegistry") { try await fixture.makeRegistry() }
    }

    private func resolveUnreachable() async throws {
        let registry = try await makeRegistry()
        try await fixture.wire.with(.unreachable) {
            _ = try await failure("'resolve', without a way to the registry,") {
                _ = try await registry.resolve(fixture.unknown)
            }
        }
        let image = try await registry.resolve(fixture.unknown)
        try require(image == nil, "afterwards it resolved to \(String(describing: image))")
    }

    private static let keys = ["0a", "0b", "1a"].map { ContentKey(hex: String(repeating: $0, count: 32)) }

    private func unknownIsNil() async throws {
        let image = try await makeRegistry().resolve(fixture.unknown)
        try require(image == nil, "it resolved to \(String(describing: image))")
    }

    private func destinationIsValid() async throws {
        let registry = try await makeRegistry()
        for key in Self.keys {
            let destination = try registry.destination(for: key, repository: "launch-conformance")
            let parsed = try ImageReference(parsing: destination.description)
            try require(parsed == destination, "'\(destination)' is parsed as '\(parsed)'")
            try require(destination.tag == key.tag, "the tag is \(destination.tag ?? "missing"), not \(key.tag)")
            try require(destination.digest == nil, "'\(destination)' contains a digest before an image exists")
        }
    }

    private func destinationIsPure() async throws {
        var names: Set<ImageReference> = []
        for key in Self.keys {
            let first = try await makeRegistry().destination(for: key, repository: "launch-conformance")
            let second = try await makeRegistry().destination(for: key, repository: "launch-conformance")
            try require(first == second, "the same key gives '\(first)' and '\(second)'")
            names.insert(first)
        }
        try require(names.count == Self.keys.count, "\(Self.keys.count) keys share \(names.count) destinations")
    }

    private func pushedResolves() async throws {
        let (name, digest) = try await pushed()
        guard let image = try await makeRegistry().resolve(name) else { throw Broken("'\(name)' is unknown") }
        try require(
            image.digest == digest, "it resolves to \(image.digest?.rawValue ?? "nothing"), but \(digest) was pushed")
        try require(image.reference.contains(digest.rawValue), "'\(image.reference)' does not contain \(digest)")
        try require(!image.name.isEmpty, "its display name is empty")
    }

    private func resolvesTheSame() async throws {
        let (name, _) = try await pushed()
        let registry = try await makeRegistry()
        guard let first = try await registry.resolve(name), let second = try await registry.resolve(name) else {
            throw Broken("'\(name)' is unknown")
        }
        try require(first == second, "\(first) and then \(second)")
        // An engine's image ID is not a reference that users write. All other references must resolve again.
        guard let pinned = try? ImageReference(parsing: first.reference), pinned.digest != nil else { return }
        let again = try await makeRegistry().resolve(pinned)
        try require(
            again?.digest == first.digest, "'\(pinned)' resolves to \(again?.digest?.rawValue ?? "nothing")")
        try require(again?.reference == first.reference, "'\(pinned)' is pinned as \(again?.reference ?? "nothing")")
    }

    private func movedTag() async throws {
        let (name, first) = try await pushed()
        let registry = try await makeRegistry()
        _ = try await registry.resolve(name)
        guard let push = fixture.push else { return }
        let second = try await asked("push") { try await push(name) }
        if first == second { throw FixtureFault("'push' pushed the same image twice") }
        let image = try await registry.resolve(name)
        try require(image?.digest == second, "it still resolves to \(image?.digest?.rawValue ?? "nothing")")
    }

    private func pullsWithItsLogin() async throws {
        let registry = try await makeRegistry()
        let own = try registry.destination(for: Self.keys[0], repository: "launch-conformance")
        let login = try await registry.login(toPull: own)
        var wanted: RegistryAccess.Login?
        if case .remote(_, let given) = try await registry.access() { wanted = given }
        try require(
            login?.username == wanted?.username && login?.password.reveal() == wanted?.password.reveal(),
            "the login for '\(own)' is not that of 'access'")
        let other = ImageReference(host: "registry.invalid", repository: "other", tag: "v1")
        let others = try await registry.login(toPull: other)
        try require(others == nil, "'\(other)' gets this registry's login")
    }

    private func printsNoSecret() async throws {
        let registry = try await makeRegistry()
        try requireHidden(fixture.secrets, in: registry, "the registry")
        let access = try await registry.access()
        try requireHidden(fixture.secrets, in: access, "its access")
    }

    private func pushed() async throws -> (ImageReference, Digest) {
        guard let push = fixture.push else { throw Skip(why: "only a builder can push there") }
        let random = (0..<32).map { _ in String(UInt8.random(in: 0...15), radix: 16) }.joined()
        let key = ContentKey(hex: random + random)
        let name = try await makeRegistry().destination(for: key, repository: "launch-conformance")
        return (name, try await asked("push") { try await push(name) })
    }
}
