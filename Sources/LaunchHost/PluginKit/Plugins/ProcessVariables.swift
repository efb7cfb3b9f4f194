/// The environment variables of the program's process that concern a plugin.
public struct ProcessVariables: Sendable, Hashable {
    /// The beginnings of the names of variables that the plugin reads. The program does not start if the value of such
    /// a variable is not UTF-8.
    public var prefixes: Set<String>
    /// The names of variables that git gets, so that the credential helpers of its user find the plugin's cloud. They
    /// name files, profiles and places, and have no secret.
    public var forCredentialHelpers: Set<String>

    public init(prefixes: Set<String> = [], forCredentialHelpers: Set<String> = []) {
        self.prefixes = prefixes
        self.forCredentialHelpers = forCredentialHelpers
    }
}

extension PluginCatalog {
    /// The variables of all plugins.
    public var variables: ProcessVariables {
        let all =
            environments.map(\.variables) + registries.map(\.variables) + builders.map(\.variables)
            + runners.map(\.base.variables)
        return all.reduce(into: ProcessVariables()) { sum, one in
            sum.prefixes.formUnion(one.prefixes)
            sum.forCredentialHelpers.formUnion(one.forCredentialHelpers)
        }
    }
}
