public import LaunchPluginKit

/// What the kit needs to check a builder: how to make it, and sources that its backend can build.
public struct BuilderFixture: Sendable {
    /// The kinds of sources that the cases build.
    public enum Source: Sendable, Hashable {
        /// Builds quickly. The text becomes a file of the image. The Dockerfile accepts the build argument `FLAVOUR`.
        case good(content: String)
        /// Like `good`, with one more instruction in the Dockerfile.
        case otherDockerfile(content: String)
        /// Builds for 15 minutes.
        case endless
        /// Fails in a step that prints `launch-conformance-fails`.
        case failing
    }

    /// Configurations whose keys must differ.
    public enum Variation: Sendable, Hashable, CaseIterable {
        /// No options.
        case plain
        /// Build argument `FLAVOUR=other`.
        case buildArgument
        /// A platform that is not the default.
        case platform
    }

    /// The plugin.
    public var plugin: Plugin<any Builder>
    /// Makes a new builder. Returns nil if the builder has no option for the variation.
    public var makeBuilder: @Sendable (Variation) async throws -> (any Builder)?
    /// Makes the registry that receives the images.
    public var makeRegistry: @Sendable () async throws -> any Registry
    /// Writes a source into an empty folder.
    public var write: @Sendable (Source, String) throws -> Void
    /// Lists everything that a build can leave, such as containers and temporary files, without using the builder.
    public var leftovers: @Sendable () async throws -> Set<String>
    /// An existing folder for the kit's sources.
    public var folder: String
    /// The secrets that the builder uses. None of them may be printed.
    public var secrets: [String]
    /// How the kit runs the cases.
    public var settings: KitSettings

    /// The longest time of one case; a longer one counts as hung.
    public var limit: Duration {
        get { settings.limit }
        set { settings.limit = newValue }
    }

    public init(
        plugin: Plugin<any Builder>, folder: String, secrets: [String] = [], settings: KitSettings = KitSettings(),
        limit: Duration? = nil,
        makeBuilder: @escaping @Sendable (Variation) async throws -> (any Builder)?,
        makeRegistry: @escaping @Sendable () async throws -> any Registry,
        write: @escaping @Sendable (Source, String) throws -> Void,
        leftovers: @escaping @Sendable () async throws -> Set<String>
    ) {
        self.plugin = plugin
        self.folder = folder
        self.secrets = secrets
        self.settings = settings
        if let limit { self.settings.limit = limit }
        self.makeBuilder = makeBuilder
        self.makeRegistry = makeRegistry
        self.write = write
        self.leftovers = leftovers
    }
}
