/// The image stage: pins a prebuilt image to its digest, and builds an image from source unless its content key is
/// already built.
public struct ImageStage: Sendable {
    private let registry: any Registry
    private let builder: any Builder
    private let contexts: any ContextProvider

    public init(registry: any Registry, builder: any Builder, contexts: any ContextProvider) {
        self.registry = registry
        self.builder = builder
        self.contexts = contexts
    }

    /// What the image stage would do for `source`. Changes nothing; with `offline` no service is called.
    /// - Parameter demandsPin: whether an image that cannot be pinned to a digest is refused.
    public func plan(
        _ source: Source, project: String, queue: String?, demandsPin: Bool = false, offline: Bool
    ) async throws(BackendError) -> ImageDecision {
        try await decide(
            ImageChoice(source: source.ofImage, isPlan: true, isOffline: offline, demandsPin: demandsPin),
            project: project,
            queue: queue
        ) { _ in }
    }

    /// Gets the image of `source`, and builds it if necessary.
    /// - Parameter demandsPin: whether an image that cannot be pinned to a digest is refused.
    public func image(
        _ source: Source, project: String, queue: String?, demandsPin: Bool = false,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> ImageDecision {
        try await decide(
            ImageChoice(source: source.ofImage, demandsPin: demandsPin), project: project, queue: queue,
            progress: progress)
    }

    /// Carries out the steps of a choice until it is decided.
    private func decide(
        _ choice: ImageChoice, project: String, queue: String?, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> ImageDecision {
        var choice = choice
        while true {
            switch try choice.next() {
            case .decided(let decision): return decision
            case .lookUp(let reference): choice.lookup = try await lookUp(reference)
            case .fetch(let reference): choice.fetched = Known(try await registry.fetch(reference))
            case .readSource(let isFetching):
                choice.build = Known(try await build(of: choice, project: project, queue: queue, isFetching))
            case .lookUpBuilt(let destination): choice.built = Known(try await registry.resolve(destination))
            case .build(let build):
                choice.made = try await builder.build(
                    build.source, key: build.key, to: build.destination, registry: registry, progress: progress)
            }
        }
    }

    private func lookUp(_ reference: ImageReference) async throws(BackendError) -> ImageChoice.Lookup {
        do throws(BackendError) {
            if let image = try await registry.resolve(reference) { return .found(image) }
            return .missing(isFetchable: registry.fetches(reference))
        } catch {
            guard error.category == .denied else { throw error }
            return .denied(error, unpinned: await registry.unpinned(reference, after: error))
        }
    }

    /// The build of a source; nil if its context must be fetched first.
    private func build(
        of choice: ImageChoice, project: String, queue: String?, _ isFetching: Bool
    ) async throws(BackendError) -> ImageChoice.Build? {
        let source = choice.source
        guard let context = try await contexts.context(of: source, fetching: isFetching) else { return nil }
        let build = BuildSource(
            context: context.folder, digest: context.digest, dockerfile: source.dockerfile, project: project,
            queue: queue, repository: source.repository)
        let reason = choice.isOffline ? nil : try builder.rebuildReason(for: build)
        var key = try await builder.key(for: build, offline: choice.isOffline)
        // The image gets a separate tag: a registry may refuse to move a tag, and the tag of another run must not
        // move.
        if reason != nil, !choice.isPlan { key = try key.unique() }
        let destination = try registry.destination(for: key, repository: builder.repository(for: project))
        // A build says in its own progress which builder it uses.
        let asked = choice.isPlan && !choice.isOffline ? builder as? any BuilderChoosing : nil
        return ImageChoice.Build(
            source: build, key: key, destination: destination, rebuildReason: reason,
            choice: try await asked?.choice(for: build))
    }

    /// The hint for a prebuilt image that does not exist.
    static let missing = "Check the name and the tag, or push the image first."
}

/// Provides the context folders of sources.
public protocol ContextProvider: Sendable {
    /// The context of the source; nil if it must be fetched and `fetching` is false.
    func context(of source: Source, fetching: Bool) async throws(BackendError) -> SourceContext?

    /// The files of a code channel; nil for a source without, and if they must be fetched and `fetching` is false. The
    /// default is nil.
    func code(of source: Source, fetching: Bool) async throws(BackendError) -> CodeFolder?
}

extension ContextProvider {
    public func code(of source: Source, fetching: Bool) async throws(BackendError) -> CodeFolder? { nil }
}

/// The context folder of a source, and what it contains.
public struct SourceContext: Sendable, Hashable {
    /// The absolute path of the folder.
    public var folder: String
    /// The digest of the folder's content, 64 hex digits.
    public var digest: String

    public init(folder: String, digest: String) {
        self.folder = folder
        self.digest = digest
    }
}

/// How a run gets its image, and the image if it exists.
public struct ImageDecision: Sendable, Hashable, Codable {
    /// The ways to get an image.
    public enum Way: String, Sendable, Codable {
        /// The image existed, and its digest was looked up.
        case prebuilt
        /// The registry denies the look-up, so the backend gets the name as the user wrote it.
        case unpinned
        /// The run needs no image, because the backend runs one of its own algorithms.
        case algorithm
        /// The run has no image, because its runner needs none.
        case noImage
        /// The same content was built before.
        case cached
        /// The image is built, or would be built.
        case build
        /// Unknown without a fetch or a call of a service.
        case unresolved
        /// The image is prebuilt, is not in the registry, and cannot be fetched: the run would fail.
        case missing
    }

    /// The way to get the image.
    public var way: Way
    /// A summary on one line, for people.
    public var summary: String
    /// The content key of the source.
    public var key: ContentKey?
    /// The repository and tag of the image that is or would be built.
    public var destination: String?
    /// The image, if it exists.
    public var image: PinnedImage?

    public init(
        _ way: Way, _ summary: String, key: ContentKey? = nil, destination: ImageReference? = nil,
        image: PinnedImage? = nil
    ) {
        self.destination = destination?.description
        self.way = way
        self.summary = summary
        self.key = key
        self.image = image
    }
}

extension Source {
    /// The Dockerfile's path in the context; empty for an image.
    public var dockerfile: String {
        switch self {
        case .image, .template, .algorithm, .noImage: ""
        case .code(let code): code.dockerfile
        case .git(let git): git.dockerfile
        }
    }

    /// The address of its git repository; nil for other sources.
    var repository: String? {
        if case .git(let git) = self { git.url } else { nil }
    }

    /// A description of the source, for people.
    public var origin: String {
        switch self {
        case .image(let text): text
        case .code(let code): code.origin
        case .git(let git): "\(git.url)@\(git.version)"
        case .template: "what the queue names"
        case .algorithm(let name): "algorithm \(name)"
        case .noImage: "no image"
        }
    }
}

extension Backends {
    /// An example of the name of an image that is built for the project, for requests without an image yet; nil if the
    /// registry has no place for it.
    public func imageOfSource(for project: String) -> String? {
        let nobody = ContentKey(hex: String(repeating: "0", count: 64))
        return try? registry.destination(for: nobody, repository: builder.repository(for: project)).description
    }
}
