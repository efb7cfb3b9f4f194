public import LaunchHost

/// What the kit needs to know of a builder to examine it: how to make it, and sources that build in its backend.
public struct BuilderFixture: Sendable {
    /// What a source is asked to be, so that a case can look at how the builder takes it.
    public enum Source: Sendable, Hashable {
        /// Builds quickly; the text becomes a file of the image. Its Dockerfile takes the build argument `FLAVOUR`.
        case good(content: String)
        /// The same with one more instruction in the Dockerfile.
        case otherDockerfile(content: String)
        /// Builds for a quarter of an hour.
        case endless
        /// Fails in a step that prints `launch-conformance-fails`.
        case failing
    }

    /// Configurations that must not share a key.
    public enum Variation: Sendable, Hashable, CaseIterable {
        /// As it comes.
        case plain
        /// Build argument `FLAVOUR=other`.
        case buildArgument
        /// Another platform.
        case platform
    }

    /// The plugin.
    public var plugin: Plugin<any Builder>
    /// Makes the builder anew; nil where it has no such option.
    public var makeBuilder: @Sendable (Variation) async throws -> (any Builder)?
    /// The registry that images go to.
    public var makeRegistry: @Sendable () async throws -> any Registry
    /// Writes that source into an empty folder.
    public var write: @Sendable (Source, String) throws -> Void
    /// Everything that a build can leave behind, as an outsider sees it: containers, temporary files.
    public var leftovers: @Sendable () async throws -> Set<String>
    /// An existing folder in which the kit makes its sources.
    public var folder: String
    /// The secrets that it works with, none of which may show.
    public var secrets: [String]
    /// How long any one case may take before it counts as hung.
    public var limit: Duration

    /// A fixture from its parts.
    public init(
        plugin: Plugin<any Builder>, folder: String, secrets: [String] = [], limit: Duration = .seconds(600),
        makeBuilder: @escaping @Sendable (Variation) async throws -> (any Builder)?,
        makeRegistry: @escaping @Sendable () async throws -> any Registry,
        write: @escaping @Sendable (Source, String) throws -> Void,
        leftovers: @escaping @Sendable () async throws -> Set<String>
    ) {
        self.plugin = plugin
        self.folder = folder
        self.secrets = secrets
        self.limit = limit
        self.makeBuilder = makeBuilder
        self.makeRegistry = makeRegistry
        self.write = write
        self.leftovers = leftovers
    }
}
