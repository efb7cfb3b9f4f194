/// One rule of the contract, which one case of the kit checks.
public struct Rule: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The short name of the rule and of its case: `submit.once`.
    public let name: String
    /// What the plugin must do, as a sentence.
    public let statement: String
    /// Why a plugin that breaks the rule costs money, work or trust.
    public let cost: String
    /// The section of `plugins.md` that explains the rule, as an anchor: `runner`.
    public let section: String

    init(_ name: String, _ statement: String, cost: String, in section: String) {
        self.name = name
        self.statement = statement
        self.cost = cost
        self.section = section
    }

    public var description: String { name }
}
