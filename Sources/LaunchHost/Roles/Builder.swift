/// How source becomes an image.
///
/// Same key, same image; a build leaves nothing behind but the image, also when it is cancelled.
public protocol Builder: Sendable {
    /// The key of what would be built: context after `.dockerignore`, Dockerfile, build arguments, platform and the
    /// digests of the base images. Changes nothing. With `offline` no service is called.
    func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey

    /// Builds, pushes to `destination` where the registry is remote, and pins. Cancelling the task ends the build.
    func build(
        _ source: BuildSource, key: ContentKey, to destination: ImageReference, registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> PinnedImage

    /// Why the source is built for every run, although an image of its key may be there; nil where that image is good.
    /// The default is nil. Such an image gets a tag of its own, so that it replaces no other.
    func rebuildReason(for source: BuildSource) throws(BackendError) -> String?

    /// The repository that built images go to, where the builder's configuration names one.
    var repository: String? { get }

    /// Whether it builds anything. The default is true.
    var builds: Bool { get }
}

extension Builder {
    /// It does.
    public var builds: Bool { true }
    /// Equal keys are equal images.
    public func rebuildReason(for source: BuildSource) throws(BackendError) -> String? { nil }
}

/// A folder to build an image from.
public struct BuildSource: Sendable, Hashable {
    /// The absolute path of the context folder; `.dockerignore` has been applied already.
    public var context: String
    /// The Dockerfile's path in it.
    public var dockerfile: String
    /// The project's name, for the repository's.
    public var project: String

    /// The queue of the run; nil for a run without one. A builder gives secrets only to queues that may have them.
    public var queue: String?
    /// The address of the git repository that the context is of; nil for a folder.
    public var repository: String?

    /// A folder to build from, for a run of `queue`. The queue has no default: nil gives the build all secrets.
    public init(context: String, dockerfile: String, project: String, queue: String?, repository: String? = nil) {
        self.context = context
        self.dockerfile = dockerfile
        self.project = project
        self.queue = queue
        self.repository = repository
    }
}

/// One thing that getting an image has to say while it works: a build, or a pull.
public struct BuildProgress: Sendable, Hashable {
    /// What is going on.
    public enum Step: String, Sendable {
        /// Getting an image, or those that it is built on.
        case pull
        /// Building.
        case build
        /// Pushing.
        case push
    }

    /// What is going on.
    public var step: Step
    /// One line of the tool that does it.
    public var line: String

    /// A message from its parts.
    public init(_ step: Step, _ line: String) {
        self.step = step
        self.line = line
    }
}
