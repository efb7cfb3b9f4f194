/// All plugins of this program. The composition root lists them once. The program uses neither a global registry nor
/// dynamic loading.
public struct PluginCatalog: Sendable {
    /// The types of `environment: {type: …}`.
    public let environments: [Plugin<any Environment>]
    /// The types of `registry: {type: …}`.
    public let registries: [Plugin<any Registry>]
    /// The types of `builder: {type: …}`.
    public let builders: [Plugin<any Builder>]
    /// The types of `runner: {type: …}` and of a queue's resource.
    public let runners: [RunnerPlugin]

    /// The contracts that this version has: a plugin is written for one of them (`Plugin.contract`). The last is the
    /// current one.
    public static let contracts = 1...1

    /// `contract 2`, or `contracts 1 to 2`.
    package static var contractWords: String {
        contracts.count == 1
            ? "contract \(contracts.upperBound)" : "contracts \(contracts.lowerBound) to \(contracts.upperBound)"
    }

    /// A catalog of these plugins. Two plugins with the same role and type are a programming error, which ends the
    /// process.
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

    /// The runner of this type, or nil.
    public func runner(_ type: String) -> RunnerPlugin? {
        runners.first { $0.base.type == type }
    }

    /// A plugin's declaration without its function, for listings and descriptions.
    public struct Declaration: Sendable {
        /// The role's name as a key of `launch-config.yaml`.
        public var role: Role
        /// The value of `type`.
        public var type: String
        /// The number of the contract that the plugin was written for.
        public var contract: Int
        /// One line that describes the plugin.
        public var summary: String
        /// What the backend can do.
        public var capabilities = Capabilities()
        /// The keys of its block.
        public var fields: [Field]
        /// Example blocks, as a user writes them.
        public var examples: [String]
        /// Hints for mistakes in the configuration that concern its backend.
        public var hints = ConfigHints()
        /// The keys of a queue's template, for a runner that declares them.
        public var template: [Field]?
        /// The keys that launch adds to the template, for a runner whose backend defines the other keys.
        public var ownKeys: [Field]?
        /// The template of a queue that is created without a file, for a runner.
        public var defaultTemplate: String?
        /// The logins to databases that it offers, for an environment.
        package var databaseLogins = DatabaseLoginKinds()
    }

    /// The declarations of all plugins, in the order of the roles.
    public var declarations: [Declaration] {
        environments.map {
            var declaration = Self.declaration(.environment, $0)
            declaration.databaseLogins = $0.databaseLogins
            return declaration
        } + registries.map { Self.declaration(.registry, $0) }
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
            role: role, type: plugin.type, contract: plugin.contract, summary: plugin.summary,
            capabilities: plugin.capabilities, fields: plugin.fields, examples: plugin.examples, hints: plugin.hints)
    }
}

/// The four roles; the raw values are the keys of `launch-config.yaml`.
public enum Role: String, Sendable, CaseIterable, Codable {
    /// Where credentials and the region come from.
    case environment
    /// Stores images.
    case registry
    /// Builds images from source.
    case builder
    /// Executes runs.
    case runner
}
