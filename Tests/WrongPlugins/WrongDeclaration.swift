public import LaunchPluginKit

/// One way to declare a runner that no user can rely on.
public enum WrongDeclaration: String, Sendable, CaseIterable {
    case noSummary
    case futureContract
    case noHelp
    case emptyChoice
    case misspeltArchiveField
    case duplicateField
    case duplicateNested
    case namedType
    case defaultOutOfRange
    case defaultOfAnotherKind
    case defaultNotAChoice
    case requiredWithDefault
    case invalidFieldExample
    case invalidExample
    case invalidTemplate
    case misspeltProtection
    case misspeltOptionPath
    case misspeltList
    case misspeltListKey

    /// What the declaration does wrong, as a predicate.
    public var words: String { facts.words }
    /// The name of the rule whose case refuses it.
    public var rule: String { facts.rule }

    private var facts: (rule: String, words: String) {
        switch self {
        case .noSummary: ("declaration.names", "has no summary")
        case .futureContract: ("declaration.names", "is written for a contract that this version does not have")
        case .noHelp: ("declaration.fields", "has a field without help")
        case .emptyChoice: ("declaration.fields", "has a choice without words")
        case .misspeltArchiveField: ("declaration.fields", "misspells the name in 'archiveField'")
        case .duplicateField: ("declaration.unique", "has two fields of one name")
        case .duplicateNested: ("declaration.unique", "has two fields of one name inside a list of the template")
        case .namedType: ("declaration.unique", "has a field named 'type'")
        case .defaultOutOfRange: ("declaration.defaults", "has a default that is out of range")
        case .defaultOfAnotherKind: ("declaration.defaults", "has a text as the default of a number")
        case .defaultNotAChoice: ("declaration.defaults", "has a default that is not one of the words")
        case .requiredWithDefault: ("declaration.required", "has a required field with a default")
        case .invalidFieldExample: ("declaration.field-examples", "has an example of a field that is refused")
        case .invalidExample: ("declaration.examples", "has an example block that is refused")
        case .invalidTemplate: ("declaration.template", "has a default template with an unknown key")
        case .misspeltProtection: ("declaration.paths", "misspells a path of 'protectedPaths'")
        case .misspeltOptionPath: ("declaration.paths", "misspells a path of 'optionPaths'")
        case .misspeltList: ("declaration.paths", "misspells a path of 'keyedLists'")
        case .misspeltListKey: ("declaration.paths", "misspells the key of the items of 'keyedLists'")
        }
    }

    /// The declaration.
    public var plugin: RunnerPlugin {
        var plugin = SimPlugin.plugin(nil)
        plugin.base.type = rawValue.lowercased()
        plugin.base.examples = ["type: \(plugin.base.type)"]
        let count = Field("count", .integer(1...9), help: "How many.")
        let tags = Field(
            "tags",
            .list(.object([Field("key", .string, help: "The name."), Field("value", .string, help: "The text.")])),
            help: "The tags.")
        plugin.base.fields = [count]
        plugin.template = (plugin.template ?? []) + [tags]
        switch self {
        case .noSummary: plugin.base.summary = ""
        case .futureContract: plugin.base.contract = PluginCatalog.contracts.upperBound + 1
        case .noHelp: plugin.base.fields = [Field("count", .integer(1...9), help: "")]
        case .emptyChoice: plugin.base.fields.append(Field("colour", .choice([]), help: "The colour."))
        case .misspeltArchiveField: plugin.base.capabilities.archiveField = "keep_log"
        case .duplicateField: plugin.base.fields = [count, count]
        case .duplicateNested:
            let key = Field("key", .string, help: "The name.")
            plugin.template = [Field("pairs", .list(.object([key, key])), help: "The pairs.")]
        case .namedType: plugin.base.fields.append(Field("type", .string, help: "The type."))
        case .defaultOutOfRange: plugin.base.fields = [withDefault(.integer(10))]
        case .defaultOfAnotherKind: plugin.base.fields = [withDefault(.string("many"))]
        case .defaultNotAChoice:
            plugin.base.fields = [Field("colour", .choice(["red"]), default: .string("blue"), help: "The colour.")]
        case .requiredWithDefault:
            plugin.base.fields = [
                Field("count", .integer(1...9), required: true, default: .integer(1), help: "How many.")
            ]
            plugin.base.examples = ["type: \(plugin.base.type)\ncount: 2"]
        case .invalidFieldExample:
            plugin.base.fields = [Field("count", .integer(1...9), example: "twelve", help: "How many.")]
        case .invalidExample: plugin.base.examples.append("type: \(plugin.base.type)\ncuont: 2")
        case .invalidTemplate: plugin.defaultTemplate = "behavior: exit 0\n"
        case .misspeltProtection: plugin.protectedPaths = [FieldPath([.member("behavior")])]
        case .misspeltOptionPath: plugin.optionPaths.environment = FieldPath([.member("environment")])
        case .misspeltList: plugin.keyedLists = [FieldPath([.member("tag")]): "key"]
        case .misspeltListKey: plugin.keyedLists = [FieldPath([.member("tags")]): "name"]
        }
        return plugin
    }

    private func withDefault(_ value: JSONValue) -> Field {
        Field("count", .integer(1...9), default: value, help: "How many.")
    }
}
