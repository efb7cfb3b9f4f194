/// Builds images from source.
///
/// Equal keys result in equal images. A build leaves nothing except the image, even if it is cancelled.
public protocol Builder: Sendable {
    /// The content key of the image: from the context after `.dockerignore`, the Dockerfile, the build arguments, the
    /// platform and the digests of the base images. Changes nothing. With `offline` no service is called.
    func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey

    /// Builds the image, pushes it to `destination` if the registry is remote, and pins it. Cancelling the task ends
    /// the build.
    func build(
        _ source: BuildSource, key: ContentKey, to destination: ImageReference, registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> PinnedImage

    /// Why the source is built for every run, although an image with its key may exist; nil if that image can be used.
    /// The default is nil. Such an image gets a unique tag, so that it replaces no other image.
    func rebuildReason(for source: BuildSource) throws(BackendError) -> String?

    /// The repository of built images, if the builder's configuration names one.
    var repository: String? { get }
}

extension Builder {
    /// By default, an image with the same key can be used.
    public func rebuildReason(for source: BuildSource) throws(BackendError) -> String? { nil }
}

/// A folder to build an image from.
public struct BuildSource: Sendable, Hashable {
    /// The absolute path of the context folder. `.dockerignore` is already applied.
    public var context: String
    /// The digest of the context, 64 lower-case hex digits: equal paths, permission bits, bytes and link targets have
    /// equal digests. The host has checked it against the folder.
    public var digest: String
    /// The Dockerfile's path in the context.
    public var dockerfile: String
    /// The name of the project, for the name of the repository.
    public var project: String

    /// The queue of the run; nil for a run without one. A builder provides build secrets only to allowed queues.
    public var queue: String?
    /// The address of the git repository of the context; nil for a folder.
    public var repository: String?

    /// Creates a source for a run of `queue`. The parameter has no default, because nil gives the build all secrets.
    public init(
        context: String, digest: String, dockerfile: String, project: String, queue: String?, repository: String? = nil
    ) {
        self.context = context
        self.digest = digest
        self.dockerfile = dockerfile
        self.project = project
        self.queue = queue
        self.repository = repository
    }
}

/// A progress message of a build or a pull.
public struct BuildProgress: Sendable, Hashable {
    /// The steps of getting an image.
    public enum Step: String, Sendable {
        /// Pulls an image, or the base images of a build.
        case pull
        /// Builds the image.
        case build
        /// Pushes the image.
        case push
    }

    /// The present step.
    public var step: Step
    /// One line of the tool's output.
    public var line: String

    public init(_ step: Step, _ line: String) {
        self.step = step
        self.line = line
    }
}

extension Builder {
    /// The repository for a project's images: the configured one, otherwise one named after the project.
    public func repository(for project: String) -> String {
        if let repository { return repository }
        let name = project.lowercased().split(whereSeparator: { !($0.isASCII && ($0.isLetter || $0.isNumber)) })
        return name.isEmpty ? "launch" : "launch-\(name.joined(separator: "-"))"
    }
}
