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
        switch source {
        case .algorithm(let name): return Self.algorithm(name)
        case .template: throw Self.unresolved
        case .image(let text):
            let reference = try Self.parse(text)
            if offline {
                return ImageDecision(.unresolved, "prebuilt; \(text) is looked up when the network may be used")
            }
            if let decision = try await pinned(reference, demandsPin: demandsPin) { return decision }
            if registry.fetches(reference) {
                return ImageDecision(.unresolved, "prebuilt; \(text) is not in the registry and would be fetched first")
            }
            return ImageDecision(.missing, "prebuilt; \(text) is not in the registry")
        case .code, .git:
            guard let context = try await contexts.context(of: source, fetching: false) else {
                return ImageDecision(.unresolved, "source; the commit is fetched when the run starts")
            }
            let build = BuildSource(
                context: context.folder, digest: context.digest, dockerfile: source.dockerfile, project: project,
                queue: queue, repository: source.repository)
            let key = try await builder.key(for: build, offline: offline)
            let destination = try registry.destination(for: key, repository: builder.repository(for: project))
            if offline {
                return ImageDecision(
                    .unresolved, "source; would be \(destination), looked up when online", key: key,
                    destination: destination)
            }
            if let reason = try builder.rebuildReason(for: build) {
                return ImageDecision(
                    .build, "source; would be built for this run alone, under a tag of its own, because \(reason)",
                    key: key, destination: destination)
            }
            if let image = try await registry.resolve(destination) {
                return ImageDecision(
                    .cached, "source; already built as \(destination)", key: key, destination: destination, image: image
                )
            }
            return ImageDecision(.build, "source; would be built as \(destination)", key: key, destination: destination)
        }
    }

    /// Gets the image of `source`, and builds it if necessary.
    /// - Parameter demandsPin: whether an image that cannot be pinned to a digest is refused.
    public func image(
        _ source: Source, project: String, queue: String?, demandsPin: Bool = false,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> ImageDecision {
        switch source {
        case .algorithm(let name): return Self.algorithm(name)
        case .template: throw Self.unresolved
        case .image(let text):
            let reference = try Self.parse(text)
            if let decision = try await pinned(reference, demandsPin: demandsPin) { return decision }
            if let image = try await registry.fetch(reference) {
                return ImageDecision(.prebuilt, "prebuilt; fetched and pinned to its digest", image: image)
            }
            throw BackendError(
                .notFound, "The image \(text) does not exist where the registry looks.", hint: Self.missing)
        case .code, .git:
            guard let context = try await contexts.context(of: source, fetching: true) else {
                throw BackendError(.notFound, "The source of the run no longer exists: \(source.origin).")
            }
            let build = BuildSource(
                context: context.folder, digest: context.digest, dockerfile: source.dockerfile, project: project,
                queue: queue, repository: source.repository)
            let reason = try builder.rebuildReason(for: build)
            var key = try await builder.key(for: build, offline: false)
            // The image gets a separate tag: a registry may refuse to move a tag, and the tag of another run must not
            // move.
            if reason != nil { key = try key.unique() }
            let destination = try registry.destination(for: key, repository: builder.repository(for: project))
            if reason == nil, let image = try await registry.resolve(destination) {
                return ImageDecision(
                    .cached, "source; already built as \(destination)", key: key, destination: destination, image: image
                )
            }
            let image = try await builder.build(
                build, key: key, to: destination, registry: registry, progress: progress)
            let why = reason.map { ", for this run alone, because \($0)" } ?? ""
            return ImageDecision(
                .build, "source; built as \(destination)\(why)", key: key, destination: destination, image: image)
        }
    }

    /// The hint for a prebuilt image that does not exist.
    static let missing = "Check the name and the tag, or push the image first."

    /// The decision for a prebuilt image that is in the registry, or that only the backend may look up; nil for any
    /// other image.
    private func pinned(
        _ reference: ImageReference, demandsPin: Bool
    ) async throws(BackendError) -> ImageDecision? {
        let denial: BackendError
        do throws(BackendError) {
            return try await registry.resolve(reference).map {
                ImageDecision(.prebuilt, "prebuilt; pinned to its digest", image: $0)
            }
        } catch {
            guard error.category == .denied else { throw error }
            denial = error
        }
        guard let image = await registry.unpinned(reference, after: denial) else { throw denial }
        if image.digest != nil {
            return ImageDecision(
                .prebuilt, "prebuilt; named by its digest, and not looked up: its registry denies that", image: image)
        }
        guard !demandsPin else {
            throw BackendError(
                .denied,
                "The image \(reference) cannot be pinned to a digest, and the queue demands that. \(denial.message)",
                hint: "Name it by its digest, \(reference.name)@sha256:…; or the queue's owner can add "
                    + "'allow_unpinned: true' to the queue's file.")
        }
        return ImageDecision(
            .unpinned, "prebuilt; sent as it is given, not pinned to a digest: its registry denies the look-up",
            image: image)
    }

    /// The resolve stage has replaced this kind of source.
    private static let unresolved = BackendError(.internalFault, "The source of the run is not resolved.")

    /// The backend has the algorithm, so nothing is looked up.
    private static func algorithm(_ name: String) -> ImageDecision {
        ImageDecision(.algorithm, "none; the queue names the algorithm \(name)", image: PinnedImage(unpinned: name))
    }

    private static func parse(_ text: String) throws(BackendError) -> ImageReference {
        do {
            return try ImageReference(parsing: text)
        } catch {
            throw BackendError(.invalid, error.description)
        }
    }
}

/// Provides the context folders of sources.
public protocol ContextProvider: Sendable {
    /// The context of the source; nil if it must be fetched and `fetching` is false.
    func context(of source: Source, fetching: Bool) async throws(BackendError) -> SourceContext?
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
        case .image, .template, .algorithm: ""
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
