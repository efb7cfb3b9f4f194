/// The image stage: a prebuilt image is pinned to its digest, source becomes an image unless its key is there already.
public struct ImageStage: Sendable {
    private let registry: any Registry
    private let builder: any Builder
    private let contexts: any ContextProvider

    /// A stage over these parts.
    public init(registry: any Registry, builder: any Builder, contexts: any ContextProvider) {
        self.registry = registry
        self.builder = builder
        self.contexts = contexts
    }

    /// What would happen to get the image of `source`. Changes nothing; with `offline` no service is called.
    public func plan(
        _ source: Source, project: String, queue: String?, offline: Bool
    ) async throws(BackendError) -> ImageDecision {
        switch source {
        case .image(let text):
            let reference = try Self.parse(text)
            if offline {
                return ImageDecision(.unresolved, "prebuilt; \(text) is looked up when the network may be used")
            }
            if let image = try await registry.resolve(reference) {
                return ImageDecision(.prebuilt, "prebuilt; pinned to its digest", image: image)
            }
            if registry.fetches(reference) {
                return ImageDecision(.unresolved, "prebuilt; \(text) is not in the registry and would be fetched first")
            }
            return ImageDecision(.missing, "prebuilt; \(text) is not in the registry")
        case .code, .git:
            guard let context = try await contexts.context(of: source, fetching: false) else {
                return ImageDecision(.unresolved, "source; the commit is fetched when the run starts")
            }
            let build = BuildSource(
                context: context, dockerfile: source.dockerfile, project: project, queue: queue,
                repository: source.repository)
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

    /// Gets the image of `source`, building it where that is needed.
    public func image(
        _ source: Source, project: String, queue: String?, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> ImageDecision {
        switch source {
        case .image(let text):
            let reference = try Self.parse(text)
            if let image = try await registry.resolve(reference) {
                return ImageDecision(.prebuilt, "prebuilt; pinned to its digest", image: image)
            }
            if let image = try await registry.fetch(reference) {
                return ImageDecision(.prebuilt, "prebuilt; fetched and pinned to its digest", image: image)
            }
            throw BackendError(
                .notFound, "The image \(text) does not exist where the registry looks.", hint: Self.missing)
        case .code, .git:
            guard let context = try await contexts.context(of: source, fetching: true) else {
                throw BackendError(.notFound, "The source of the run is not there any more: \(source.origin).")
            }
            let build = BuildSource(
                context: context, dockerfile: source.dockerfile, project: project, queue: queue,
                repository: source.repository)
            let reason = try builder.rebuildReason(for: build)
            var key = try await builder.key(for: build, offline: false)
            // A tag of its own: a registry may refuse to move one, and a tag that another run has must not move.
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

    /// What to do where a prebuilt image does not exist.
    static let missing = "Check the name and the tag, or push the image first."

    private static func parse(_ text: String) throws(BackendError) -> ImageReference {
        do {
            return try ImageReference(parsing: text)
        } catch {
            throw BackendError(.invalid, error.description)
        }
    }
}

/// Where the context folders of sources come from.
public protocol ContextProvider: Sendable {
    /// The absolute path of the source's context, or nil where it would have to be fetched and `fetching` is false.
    func context(of source: Source, fetching: Bool) async throws(BackendError) -> String?
}

/// How a run gets its image, and the image once it is there.
public struct ImageDecision: Sendable, Hashable, Codable {
    /// The ways to an image.
    public enum Way: String, Sendable, Codable {
        /// It existed; its digest was looked up.
        case prebuilt
        /// The same content was built before.
        case cached
        /// It is, or would be, built.
        case build
        /// That cannot be said without a fetch or a service.
        case unresolved
        /// It is prebuilt, the registry does not have it, and nothing can fetch it: the run would fail.
        case missing
    }

    /// Which way.
    public var way: Way
    /// One line for people.
    public var summary: String
    /// The key of the source's content.
    public var key: ContentKey?
    /// Where the image of a source is or would be, as repository and tag.
    public var destination: String?
    /// The image, where it is there.
    public var image: PinnedImage?

    /// A decision from its parts.
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
        case .image: ""
        case .code(let code): code.dockerfile
        case .git(let git): git.dockerfile
        }
    }

    /// The address of the git repository that it is of.
    var repository: String? {
        if case .git(let git) = self { git.url } else { nil }
    }

    /// Where it comes from, for people.
    public var origin: String {
        switch self {
        case .image(let text): text
        case .code(let code): code.origin
        case .git(let git): "\(git.url)@\(git.version)"
        }
    }
}

extension Backends {
    /// A name like those that images of the project's source get, for requests that are made before there is one; nil where
    /// the registry has no place for them.
    public func imageOfSource(for project: String) -> String? {
        let nobody = ContentKey(hex: String(repeating: "0", count: 64))
        return try? registry.destination(for: nobody, repository: builder.repository(for: project)).description
    }
}

extension Builder {
    /// The repository for a project's images: the configured one, else one named after the project.
    public func repository(for project: String) -> String {
        if let repository { return repository }
        let name = project.lowercased().split(whereSeparator: { !($0.isASCII && ($0.isLetter || $0.isNumber)) })
        return name.isEmpty ? "launch" : "launch-\(name.joined(separator: "-"))"
    }
}
