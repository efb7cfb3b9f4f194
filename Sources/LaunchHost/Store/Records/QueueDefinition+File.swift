extension QueueDefinition {
    /// The definition of a queue from a checked file.
    /// - Parameter fileName: the name of the file as the user gave it; nil for the runner's default template.
    /// - Throws: never in practice, because every variable and every path can be encoded.
    public init(name: String, resource: String, file: QueueFile, fileName: String?) throws {
        self.init(
            name: name, resource: resource, fileText: file.document.text, fileName: fileName, template: file.template,
            variables: try JSONValue(encoding: file.variables),
            allowOverrides: try file.allowOverrides.map { try JSONValue(encoding: $0) }, policy: file.policy,
            retry: file.retry, limits: file.limits, owners: file.owners)
    }

    /// Whether both definitions have the same meaning, regardless of the file's name and layout.
    public func means(theSameAs other: QueueDefinition) -> Bool {
        name == other.name && resource == other.resource && template == other.template
            && variables == other.variables && allowOverrides == other.allowOverrides && policy == other.policy
            && retry == other.retry && limits == other.limits && owners == other.owners
    }

    /// The text to show and to edit: the file as the user wrote it, otherwise the definition as JSON, which is valid
    /// YAML too.
    /// - Throws: an error if the variables are not in this program's format.
    public var text: String {
        get throws {
            if let fileText { return fileText }
            var members = template.objectValue ?? [:]
            if let declared = variables.arrayValue, !declared.isEmpty {
                let variables = try variables.decode([TemplateVariable].self)
                members["template_variables"] = .object(
                    Dictionary(variables.map { ($0.name, $0.declaration) }) { $1 })
            }
            members["allow_overrides"] = allowOverrides
            members.merge(policy.declaration) { $1 }
            members["retry"] = retry?.declaration
            members["limits"] = limits?.declaration
            members["owners"] = owners.map { .array($0.map { .string($0) }) }
            return try JSON.pretty(JSONValue.object(members)) + "\n"
        }
    }
}

extension RetryRules {
    /// The policy as a queue's file declares it.
    fileprivate var declaration: JSONValue {
        var members: [String: JSONValue] = [:]
        members["attempts"] = attempts.map { .integer(Int64($0)) }
        members["wait"] = waitSeconds.map { .shortest($0) }
        return .object(members)
    }
}

extension TemplateVariable {
    /// The variable as a queue's file declares it.
    fileprivate var declaration: JSONValue {
        var members: [String: JSONValue] = ["type": .string(type.rawValue)]
        members["enum"] = allowed.map { .array($0) }
        members["minimum"] = minimum.map { .shortest($0) }
        members["maximum"] = maximum.map { .shortest($0) }
        members["default"] = defaultValue
        members["description"] = help.map { .string($0) }
        return .object(members)
    }
}
