/// All plugins of this program, listed once in the composition root. No global registry, no dynamic loading.
public struct PluginCatalog: Sendable {
    /// By `environment: {type: …}`.
    public let environments: [Plugin<any Environment>]
    /// By `registry: {type: …}`.
    public let registries: [Plugin<any Registry>]
    /// By `builder: {type: …}`.
    public let builders: [Plugin<any Builder>]
    /// By `runner: {type: …}` and by a queue's resource.
    public let runners: [RunnerPlugin]

    /// A catalog of these plugins. Two plugins of one role and type are a mistake of whoever composes the program, and
    /// end it at once.
    public init(
        environments: [Plugin<any Environment>], registries: [Plugin<any Registry>], builders: [Plugin<any Builder>],
        runners: [RunnerPlugin]
    ) {
        for types in [
            environments.map(\.type), registries.map(\.type), builders.map(\.type), runners.map(\.base.type),
        ] {
            precondition(Set(types).count == types.count, "two plugins of one role have the same type: \(types)")
        }
        self.environments = environments
        self.registries = registries
        self.builders = builders
        self.runners = runners
    }

    /// The runner of that type, or nil.
    public func runner(_ type: String) -> RunnerPlugin? {
        runners.first { $0.base.type == type }
    }

    /// The declaration without the maker, for whoever only lists and describes.
    public struct Declaration: Sendable {
        /// The role's name as a key of `launch-config.yaml`.
        public var role: Role
        /// The value of `type`.
        public var type: String
        /// One line that says what it is.
        public var summary: String
        /// The keys of its block.
        public var fields: [Field]
        /// Blocks as a user would write them.
        public var examples: [String]
        /// For a runner, the keys of a queue's template, where they are declared.
        public var template: [Field]?
        /// For a runner whose backend has the other keys of its template, launch's own beside them.
        public var ownKeys: [Field]?
        /// For a runner, the template of a queue that is created without a file.
        public var defaultTemplate: String?
    }

    /// Every plugin's declaration, in the order of the roles.
    public var declarations: [Declaration] {
        environments.map { Self.declaration(.environment, $0) } + registries.map { Self.declaration(.registry, $0) }
            + builders.map { Self.declaration(.builder, $0) }
            + runners.map {
                var declaration = Self.declaration(.runner, $0.base)
                declaration.template = $0.template
                declaration.ownKeys = $0.ownKeys.isEmpty ? nil : $0.ownKeys
                declaration.defaultTemplate = $0.defaultTemplate
                return declaration
            }
    }

    private static func declaration<Product>(_ role: Role, _ plugin: Plugin<Product>) -> Declaration {
        Declaration(
            role: role, type: plugin.type, summary: plugin.summary, fields: plugin.fields, examples: plugin.examples)
    }
}

/// The four roles; the raw values are the keys of `launch-config.yaml`.
public enum Role: String, Sendable, CaseIterable, Codable {
    /// Where credentials and the region come from.
    case environment
    /// Where images live.
    case registry
    /// How source becomes an image.
    case builder
    /// Where a job runs.
    case runner
}
