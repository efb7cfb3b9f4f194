/// A deliberately wrong plugin, and the rule whose case refuses it.
public struct WrongPlugin: Sendable {
    /// What kind of plugin it is.
    public var role: String
    /// What it does wrong, as a predicate.
    public var words: String
    /// The name of the rule.
    public var rule: String

    /// All wrong plugins of the tests.
    public static var all: [WrongPlugin] {
        WrongDeclaration.allCases.map { WrongPlugin(role: "declaration", words: $0.words, rule: $0.rule) }
            + WrongRunner.allCases.map { WrongPlugin(role: "runner", words: $0.words, rule: $0.rule) }
            + WrongRegistry.allCases.map { WrongPlugin(role: "registry", words: $0.words, rule: $0.rule) }
            + WrongBuilder.allCases.map { WrongPlugin(role: "builder", words: $0.words, rule: $0.rule) }
            + WrongEnvironment.allCases.map { WrongPlugin(role: "environment", words: $0.words, rule: $0.rule) }
    }
}
