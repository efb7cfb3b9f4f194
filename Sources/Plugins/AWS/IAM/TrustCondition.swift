internal import LaunchPluginKit

/// One key of a condition in a trust policy, evaluated for a service that takes the role for an account.
struct TrustCondition {
    /// The operator: `StringEquals`.
    let name: String
    let key: String
    let values: [String]

    /// All keys of a condition.
    static func all(in condition: JSONValue?) -> [TrustCondition] {
        (condition?.objectValue ?? [:]).sorted { $0.key < $1.key }.flatMap { name, keys in
            (keys.objectValue ?? [:]).sorted { $0.key < $1.key }.map { key, value in
                TrustCondition(name: name, key: key, values: value.texts)
            }
        }
    }

    /// What the condition requires, in words.
    var description: String {
        let shown = values.prefix(3).map(Wording.shortened).joined(separator: ", ")
        let more = values.count > 3 ? ", and \(values.count - 3) more" : ""
        return "\(Wording.shortened(name)) of \(Wording.shortened(key)): \(shown)\(more)"
    }

    /// Keys and operators that this program does not know are `unknown`.
    func truth(for caller: TrustPolicy.Caller) -> IAMTruth {
        guard let (base, isNegated) = operation, !values.contains(where: { $0.contains("${") }) else { return .unknown }
        let found: [IAMTruth]? =
            switch (key.lowercased(), base) {
            case ("aws:sourceaccount", .text): compare(caller.account)
            case ("aws:principalservicename", .text): compare(caller.service)
            case ("aws:sourcearn", .text):
                // The name of the job is not known yet.
                values.map { pattern($0).matches(textsWith: "\(caller.source)/") }
            case ("aws:principalisawsservice", .boolean): values.map { $0.lowercased() == "true" ? .yes : .no }
            default: nil
            }
        guard let found else { return .unknown }
        let truth = IAMTruth.any(found)
        return isNegated ? truth.inverted : truth
    }

    private enum Base { case text, boolean }

    /// The kind of the operator, and whether it is negated; nil for an operator that is not evaluated.
    private var operation: (Base, Bool)? {
        var bare = name[...]
        if bare.hasSuffix("IfExists") { bare = bare.dropLast("IfExists".count) }
        return switch bare {
        case "StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike": (.text, false)
        case "StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotEquals", "ArnNotLike":
            (.text, true)
        case "Bool": (.boolean, false)
        default: nil
        }
    }

    private func compare(_ text: String) -> [IAMTruth] {
        let ignoresCase = name.contains("IgnoreCase")
        return values.map { value in
            let matches =
                ignoresCase ? value.lowercased() == text.lowercased() : pattern(value).matches(text)
            return matches ? .yes : .no
        }
    }

    private func pattern(_ value: String) -> IAMPattern {
        IAMPattern(value, isLiteral: name.hasPrefix("StringEquals") || name.hasPrefix("StringNotEquals"))
    }
}

extension JSONValue {
    /// A text or a list of texts of a policy.
    var texts: [String] {
        switch self {
        case .array(let items): items.flatMap(\.texts)
        case .string(let text): [text]
        case .bool(let value): ["\(value)"]
        case .integer(let value): ["\(value)"]
        default: []
        }
    }
}
