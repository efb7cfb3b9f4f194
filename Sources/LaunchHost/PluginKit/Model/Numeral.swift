internal import FoundationEssentials

/// The text of a number as the user typed it, if JSON would write the number differently: `1.10`, `1.0`, `1e5`.
///
/// A version such as `1.10` must not become `1.1`, and `1.0` must not become a whole number. Both texts are valid JSON,
/// so a run's configuration keeps them.
package enum Numeral {
    /// The text, if it must be stored in addition to `value`; nil if the value alone results in the same text.
    package static func kept(_ text: String, of value: JSONValue) -> String? {
        guard let number = value.doubleValue, isJSON(text), Double(text) == number else { return nil }
        return (try? JSON.canonical(value)) == text ? nil : text
    }

    /// Whether the text is a number with a fraction or an exponent, in JSON's grammar.
    private static func isJSON(_ text: String) -> Bool {
        text.utf8.count <= 64
            && text.wholeMatch(of: /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)/) != nil
    }
}

extension ResolvedJob {
    /// A number of the run's configuration as the user typed it; nil if its JSON text is equal, or if it is not a
    /// number.
    package func numeral(of name: String) -> String? {
        guard let text = numerals?[name], let value = runConfig[name] else { return nil }
        // Another program may have changed the row in the database: the text must not contradict the value.
        return Numeral.kept(text, of: value)
    }

    /// The run's configuration as JSON, with numbers as the user typed them.
    /// - Throws: `EncodingError` if lists and mappings nest too deep.
    package func runConfigJSON() throws -> String {
        guard runConfig.keys.contains(where: { numeral(of: $0) != nil }) else {
            return try JSON.canonical(JSONValue.object(runConfig))
        }
        let members = try runConfig.sorted { $0.key < $1.key }.map { name, value in
            "\(try JSON.canonical(JSONValue.string(name))):\(try numeral(of: name) ?? JSON.canonical(value))"
        }
        return "{\(members.joined(separator: ","))}"
    }
}

extension RunnerPlugin {
    /// An entry of a template, with the numbers of the run's configuration as the user typed them, for a backend whose
    /// request contains them as text.
    package func keepingNumerals(_ entry: ConfigNode.Entry) -> ConfigNode.Entry {
        guard let place = optionPaths.runConfig, spelling(FieldPath().appending(entry.key)) == place,
            let members = entry.value.entries
        else { return entry }
        var kept = entry
        kept.value.content = .mapping(
            members.map { member in
                guard case .scalar(let text, plain: true) = member.value.content,
                    Numeral.kept(text, of: member.value.jsonValue) != nil
                else { return member }
                var member = member
                member.value.content = .scalar(text, plain: false)
                return member
            })
        return kept
    }

    /// The value at a path of the template that the user typed as `text`: the text itself if it is a number of the
    /// run's configuration.
    package func keepingNumeral(_ value: JSONValue, typedAs text: String, at path: FieldPath) -> JSONValue {
        guard let place = optionPaths.runConfig, Numeral.kept(text, of: value) != nil else { return value }
        var above = spelling(path)
        _ = above.steps.popLast()
        return above == place ? .string(text) : value
    }
}
