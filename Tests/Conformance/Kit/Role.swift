/// One of the four roles, as the kit sees it: its rules, and the order in which a plugin of the role is written.
enum CheckedRole: String, Sendable {
    case runner, registry, builder, environment

    /// The rules that the kit checks for a plugin of this role, in the order of the report.
    var rules: [Rule] {
        let own =
            switch self {
            case .runner: Rule.runner
            case .registry: Rule.registry
            case .builder: Rule.builder
            case .environment: Rule.environment
            }
        return Rule.declaration + own + Rule.leaks
    }

    /// The members of the plugin and of the fixture, in the order in which an author writes them.
    var members: [String] {
        let own =
            switch self {
            case .runner:
                [
                    "makeRunner", "job", "render", "validate", "prepare", "submit", "find", "count", "observe", "logs",
                    "stop", "finish", "release", "reach",
                ]
            case .registry: ["makeRegistry", "destination", "resolve", "push", "access"]
            case .builder: ["makeBuilder", "makeRegistry", "write", "key", "build"]
            case .environment: ["makeEnvironment", "verify"]
            }
        return ["declaration"] + own + [
            "second", "leftovers", "settings.folders", "settings.process", "wire", "hasPath",
        ]
    }
}

extension Rule {
    /// The member of the plugin that the rule is about; nil for what the whole plugin must do.
    var member: String? {
        let (group, rest) = (name.prefix { $0 != "." }, name.drop { $0 != "." }.dropFirst())
        switch group {
        case "leaks", "kit": return nil
        case "handle": return "observe"
        case "environment": return "verify"
        case "builder": return rest.hasPrefix("key") ? "key" : "build"
        case "registry":
            if rest.hasPrefix("destination") { return "destination" }
            return ["login", "secrets"].contains(rest) ? "access" : "resolve"
        default: return String(group)
        }
    }
}
