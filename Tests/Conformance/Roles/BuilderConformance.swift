internal import FoundationEssentials
internal import LaunchPluginKit
internal import LaunchSnapshots
internal import Synchronization

/// Checks a builder against the contract of `Builder`.
public struct BuilderConformance: Sendable {
    let fixture: BuilderFixture

    public init(_ fixture: BuilderFixture) {
        self.fixture = fixture
    }

    /// Runs all cases one after the other. The fixture removes the built images.
    /// - Parameters:
    ///   - test: the test function that calls this function, for a process of its own.
    ///   - file: its file.
    public func run(test: String = #function, file: String = #fileID) async -> Report {
        let test = TestPlace(function: test, file: file)
        return await runKit("builder \(fixture.plugin.type)", .builder, fixture.settings, test: test) { kit in
            await Declarations(fixture.plugin).run(in: kit)
            await kit.check(.keySame) { try await sameKey() }
            await kit.check(.keyFile) { try await otherFile() }
            await kit.check(.keyDockerfile) { try await otherDockerfile() }
            await kit.check(.keyArgument) { try await otherOption(.buildArgument) }
            await kit.check(.keyPlatform) { try await otherOption(.platform) }
            await kit.check(.keyIsPure) { try await keyIsPure() }
            await kit.check(.keyOffline) { try await offlineKey() }
            await kit.check(.buildResolves) { try await buildResolves() }
            await kit.check(.buildTwice) { try await buildTwice() }
            await kit.check(.buildAtOnce) { try await buildAtOnce() }
            await kit.check(.buildLeavesNothing) { try await buildLeavesNothing() }
            await kit.check(.buildFails) { try await failingBuild() }
            await kit.check(.buildWithoutDockerfile) { try await missingDockerfile() }
            await kit.check(.buildCancelled) { try await cancelledBuild() }
            await kit.check(.builderSecrets) { try await printsNoSecret() }
        }
    }

    private func makeBuilder(_ variation: BuilderFixture.Variation) async throws -> (any Builder)? {
        try await asked("makeBuilder") { try await fixture.makeBuilder(variation) }
    }

    private func plainBuilder() async throws -> any Builder {
        guard let builder = try await makeBuilder(.plain) else {
            throw FixtureFault("'makeBuilder(.plain)' returned nil")
        }
        return builder
    }

    // MARK: the key

    private func sameKey() async throws {
        let content = UUID().uuidString
        let first = try await key(of: .good(content: content))
        let second = try await key(of: .good(content: content))
        try require(first == second, "\(first) and \(second)")
        try require(first.hex.wholeMatch(of: /[0-9a-f]{64}/) != nil, "'\(first)' is not a SHA-256 in hex")
    }

    private func otherFile() async throws {
        let first = try await key(of: .good(content: "one"))
        let second = try await key(of: .good(content: "two"))
        try require(first != second, "both are \(first)")
    }

    private func otherDockerfile() async throws {
        let first = try await key(of: .good(content: "one"))
        let second = try await key(of: .otherDockerfile(content: "one"))
        try require(first != second, "both are \(first)")
    }

    private func otherOption(_ variation: BuilderFixture.Variation) async throws {
        guard try await makeBuilder(variation) != nil else { throw Skip(why: "the builder has no such option") }
        let first = try await key(of: .good(content: "one"))
        let second = try await key(of: .good(content: "one"), variation)
        try require(first != second, "both are \(first)")
    }

    private func keyIsPure() async throws {
        try await withSource(.good(content: "one")) { builder, source in
            let before = try Self.listing(source.context)
            _ = try await builder.key(for: source, offline: false)
            let after = try Self.listing(source.context)
            try require(before == after, "it changed \(listed(before.symmetricDifference(after).sorted()))")
        }
    }

    private func offlineKey() async throws {
        try await withSource(.good(content: "one")) { builder, source in
            let first = try await builder.key(for: source, offline: true)
            let second = try await builder.key(for: source, offline: true)
            try require(first == second, "\(first) and \(second)")
        }
    }

    // MARK: building

    private func buildResolves() async throws {
        try await withSource(.good(content: UUID().uuidString)) { builder, source in
            let told = Mutex(0)
            let (image, destination) = try await build(source, with: builder) { _ in told.withLock { $0 += 1 } }
            let resolved = try await asked("makeRegistry") { try await fixture.makeRegistry() }.resolve(destination)
            try require(resolved?.digest == image.digest, "built \(image), resolved \(String(describing: resolved))")
            try require(
                resolved?.reference == image.reference,
                "built as \(image.reference), resolved as \(resolved?.reference ?? "nothing")")
            try require(
                image.reference.contains(image.digest?.rawValue ?? "no digest"),
                "'\(image.reference)' does not contain the digest")
            try require(told.withLock { $0 } > 0, "the build reported no progress")
        }
    }

    private func buildTwice() async throws {
        try await withSource(.good(content: UUID().uuidString)) { builder, source in
            let (first, _) = try await build(source, with: builder)
            let (second, _) = try await build(source, with: try await plainBuilder())
            try require(first == second, "\(first) and then \(second)")
        }
    }

    private func buildAtOnce() async throws {
        try await withSource(.good(content: UUID().uuidString)) { builder, source in
            let digests = try await withThrowingTaskGroup(of: Digest?.self) { group in
                for _ in 0..<4 { group.addTask { try await build(source, with: builder).0.digest } }
                return try await group.reduce(into: Set<Digest?>()) { $0.insert($1) }
            }
            try require(digests.count == 1, "\(digests.count) different images")
        }
    }

    private func buildLeavesNothing() async throws {
        try await withSource(.good(content: UUID().uuidString)) { builder, source in
            let before = try await leftovers()
            let listed = try Self.listing(source.context)
            _ = try await build(source, with: builder)
            try await requireClean(since: before)
            try require(try Self.listing(source.context) == listed, "the source folder has changed")
        }
    }

    private func failingBuild() async throws {
        try await withSource(.failing) { builder, source in
            let before = try await leftovers()
            let error = try await failure("the build") { _ = try await build(source, with: builder) }
            guard let error = error as? BackendError else { throw Broken("it threw \(error)") }
            try require(error.category == .invalid, "its category is \(error.category): \(error)")
            try require(
                error.description.contains("launch-conformance-fails"), "the error lacks the step's output: \(error)")
            try await requireClean(since: before)
        }
    }

    private func missingDockerfile() async throws {
        try await withSource(.good(content: "one")) { builder, source in
            var source = source
            source.dockerfile = "no/such/Dockerfile"
            let error = try await failure("the key") { _ = try await builder.key(for: source, offline: false) }
            guard let error = error as? BackendError else { throw Broken("it threw \(error)") }
            try require(error.category == .invalid, "its category is \(error.category)")
            try require(error.description.contains("no/such/Dockerfile"), "the error does not name the file: \(error)")
        }
    }

    private func cancelledBuild() async throws {
        try await withSource(.endless) { builder, source in
            let before = try await leftovers()
            let (lines, line) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                defer { line.finish() }
                return try await build(source, with: builder) { progress in
                    if progress.line.contains("launch-conformance-waits") { line.yield() }
                }
            }
            // The marker in the step's name is enough, because the tool prints the name when the step begins.
            for await _ in lines { break }
            let begin = ContinuousClock.now
            task.cancel()
            let result = await task.result
            let took = ContinuousClock.now - begin
            guard case .failure = result else { throw Broken("a cancelled build succeeded") }
            try require(took < .seconds(300), "it took \(took) to end")
            try await requireClean(since: before)
        }
    }

    private func printsNoSecret() async throws {
        try requireHidden(fixture.secrets, in: try await plainBuilder(), "the builder")
    }
}

extension BuilderConformance {
    private func key(
        of source: BuilderFixture.Source, _ variation: BuilderFixture.Variation = .plain
    ) async throws -> ContentKey {
        try await withSource(source, variation) { try await $0.key(for: $1, offline: false) }
    }

    private func build(
        _ source: BuildSource, with builder: any Builder,
        progress: @escaping @Sendable (BuildProgress) -> Void = { _ in }
    ) async throws -> (PinnedImage, ImageReference) {
        let registry = try await asked("makeRegistry") { try await fixture.makeRegistry() }
        let key = try await builder.key(for: source, offline: false)
        let destination = try registry.destination(for: key, repository: builder.repository(for: source.project))
        let image = try await builder.build(source, key: key, to: destination, registry: registry, progress: progress)
        return (image, destination)
    }

    @discardableResult
    private func withSource<T: Sendable>(
        _ source: BuilderFixture.Source, _ variation: BuilderFixture.Variation = .plain,
        _ body: (any Builder, BuildSource) async throws -> T
    ) async throws -> T {
        guard let builder = try await makeBuilder(variation) else {
            throw FixtureFault("'makeBuilder(\(variation))' returned nil")
        }
        let folder = "\(fixture.folder)/\(UUID().uuidString.lowercased())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await asked("write") { try fixture.write(source, folder) }
        let digest = try await ContextDigest.of(folder: folder).hex
        return try await body(
            builder,
            BuildSource(
                context: folder, digest: digest, dockerfile: "Dockerfile", project: "launch-conformance", queue: nil))
    }

    /// An engine needs a moment to remove the containers of a cancelled build.
    private func requireClean(since before: Set<String>) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let left = try await leftovers().subtracting(before)
            if left.isEmpty { return }
            guard ContinuousClock.now < deadline else { throw Broken("it left \(listed(left.sorted()))") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func leftovers() async throws -> Set<String> {
        try await asked("leftovers") { try await fixture.leftovers() }
    }

    private static func listing(_ folder: String) throws -> Set<String> {
        try Set(FileManager.default.subpathsOfDirectory(atPath: folder))
    }
}
