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

    public init(
        plugin: Plugin<any Registry>, unknown: ImageReference, secrets: [String] = [],
        makeRegistry: @escaping @Sendable () async throws -> any Registry,
        push: (@Sendable (ImageReference) async throws -> Digest)?
    ) {
        self.plugin = plugin
        self.unknown = unknown
        self.secrets = secrets
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
    public func run() async -> Report {
        var report = Report("registry \(fixture.plugin.type)")
        await Declarations(fixture.plugin).run(into: &report)
        await report.check("an unknown image is nil, not an error", unknownIsNil)
        await report.check("a destination is a valid reference with the key's tag", destinationIsValid)
        await report.check("a destination is a pure function of the key, and no two keys share one", destinationIsPure)
        await report.check("a pushed image resolves to its digest, and the reference contains it", pushedResolves)
        await report.check("resolving again, or by the pinned reference, gives the same image", resolvesTheSame)
        await report.check("a moved tag resolves to its new image", movedTag)
        await report.check(
            "a pull uses the login of the access; an image of another registry gets no login", pullsWithItsLogin)
        await report.check("the printed registry and its access contain no secret", printsNoSecret)
        return report
    }

    private static let keys = ["0a", "0b", "1a"].map { ContentKey(hex: String(repeating: $0, count: 32)) }

    private func unknownIsNil() async throws {
        let image = try await fixture.makeRegistry().resolve(fixture.unknown)
        try require(image == nil, "it resolved to \(String(describing: image))")
    }

    private func destinationIsValid() async throws {
        let registry = try await fixture.makeRegistry()
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
            let first = try await fixture.makeRegistry().destination(for: key, repository: "launch-conformance")
            let second = try await fixture.makeRegistry().destination(for: key, repository: "launch-conformance")
            try require(first == second, "the same key gives '\(first)' and '\(second)'")
            names.insert(first)
        }
        try require(names.count == Self.keys.count, "\(Self.keys.count) keys share \(names.count) destinations")
    }

    private func pushedResolves() async throws {
        let (name, digest) = try await pushed()
        guard let image = try await fixture.makeRegistry().resolve(name) else { throw Broken("'\(name)' is unknown") }
        try require(
            image.digest == digest, "it resolves to \(image.digest?.rawValue ?? "nothing"), but \(digest) was pushed")
        try require(image.reference.contains(digest.rawValue), "'\(image.reference)' does not contain \(digest)")
        try require(!image.name.isEmpty, "its display name is empty")
    }

    private func resolvesTheSame() async throws {
        let (name, _) = try await pushed()
        let registry = try await fixture.makeRegistry()
        guard let first = try await registry.resolve(name), let second = try await registry.resolve(name) else {
            throw Broken("'\(name)' is unknown")
        }
        try require(first == second, "\(first) and then \(second)")
        // An engine's image ID is not a reference that users write. All other references must resolve again.
        guard let pinned = try? ImageReference(parsing: first.reference), pinned.digest != nil else { return }
        let again = try await fixture.makeRegistry().resolve(pinned)
        try require(
            again?.digest == first.digest, "'\(pinned)' resolves to \(again?.digest?.rawValue ?? "nothing")")
        try require(again?.reference == first.reference, "'\(pinned)' is pinned as \(again?.reference ?? "nothing")")
    }

    private func movedTag() async throws {
        let (name, first) = try await pushed()
        let registry = try await fixture.makeRegistry()
        _ = try await registry.resolve(name)
        guard let push = fixture.push else { return }
        let second = try await push(name)
        try require(first != second, "the fixture pushed the same image twice")
        let image = try await registry.resolve(name)
        try require(image?.digest == second, "it still resolves to \(image?.digest?.rawValue ?? "nothing")")
    }

    private func pullsWithItsLogin() async throws {
        let registry = try await fixture.makeRegistry()
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
        let registry = try await fixture.makeRegistry()
        try requireHidden(fixture.secrets, in: registry, "the registry")
        let access = try await registry.access()
        try requireHidden(fixture.secrets, in: access, "its access")
    }

    private func pushed() async throws -> (ImageReference, Digest) {
        guard let push = fixture.push else { throw Skip(why: "only a builder can push there") }
        let random = (0..<32).map { _ in String(UInt8.random(in: 0...15), radix: 16) }.joined()
        let key = ContentKey(hex: random + random)
        let name = try await fixture.makeRegistry().destination(for: key, repository: "launch-conformance")
        return (name, try await push(name))
    }
}
