public import LaunchHost

/// What the kit needs to know of a registry to examine it.
public struct RegistryFixture: Sendable {
    /// The plugin.
    public var plugin: Plugin<any Registry>
    /// Makes the registry anew, as a program would after a restart.
    public var makeRegistry: @Sendable () async throws -> any Registry
    /// Puts a small image into the registry under that name by other means, and says its digest; nil where only a
    /// builder can.
    public var push: (@Sendable (ImageReference) async throws -> Digest)?
    /// A name in the registry's reach that has no image.
    public var unknown: ImageReference
    /// The secrets that it works with, none of which may show.
    public var secrets: [String]

    /// A fixture from its parts.
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

/// Examines a registry against the contract of `Registry`.
public struct RegistryConformance: Sendable {
    let fixture: RegistryFixture

    /// An examination with that fixture.
    public init(_ fixture: RegistryFixture) {
        self.fixture = fixture
    }

    /// Runs all cases, one after the other. Images that the fixture pushes are the fixture's to remove.
    public func run() async -> Report {
        var report = Report("registry \(fixture.plugin.type)")
        await Declarations(fixture.plugin).run(into: &report)
        await report.check("an unknown image is nil, not an error", unknownIsNil)
        await report.check("a destination is a valid reference with the key's tag", destinationIsValid)
        await report.check("a destination is a pure function of the key, and no two keys share one", destinationIsPure)
        await report.check("what is pushed resolves to its digest, and the reference holds it", pushedResolves)
        await report.check("resolving twice, and by the pinned reference, gives the same", resolvesTheSame)
        await report.check("a tag that moves resolves anew", movedTag)
        await report.check(
            "the login for a pull is that of the access, and none for another's image", pullsWithItsLogin)
        await report.check("no secret shows when registry or access are printed", printsNoSecret)
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
            try require(parsed == destination, "'\(destination)' reads back as '\(parsed)'")
            try require(destination.tag == key.tag, "the tag is \(destination.tag ?? "missing"), not \(key.tag)")
            try require(destination.digest == nil, "a digest stands in '\(destination)' before there is an image")
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
        try require(image.digest == digest, "it resolves to \(image.digest), pushed was \(digest)")
        try require(image.reference.contains(digest.rawValue), "'\(image.reference)' does not hold \(digest)")
        try require(!image.name.isEmpty, "it has no name for people")
    }

    private func resolvesTheSame() async throws {
        let (name, _) = try await pushed()
        let registry = try await fixture.makeRegistry()
        guard let first = try await registry.resolve(name), let second = try await registry.resolve(name) else {
            throw Broken("'\(name)' is unknown")
        }
        try require(first == second, "\(first) and then \(second)")
        // An engine's image ID is no reference that people write; all others must read back.
        guard let pinned = try? ImageReference(parsing: first.reference), pinned.digest != nil else { return }
        let again = try await fixture.makeRegistry().resolve(pinned)
        try require(
            again?.digest == first.digest, "'\(pinned)' resolves to \(again.map { "\($0.digest)" } ?? "nothing")")
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
        try require(image?.digest == second, "it still resolves to \(image.map { "\($0.digest)" } ?? "nothing")")
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
        try require(others == nil, "'\(other)' would be pulled with this registry's login")
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
