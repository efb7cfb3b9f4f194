internal import LaunchPluginKit

/// Names and words that the model does not have: mistakes, or newer than the model.
extension ModelChecks {
    /// Adds a finding for an unknown member. Returns the member that was probably intended, if one is near.
    mutating func unknown(
        _ name: String, of structure: Shape.Structure, _ shape: Shape, in given: [String: JSONValue]
    ) -> String? {
        let near = structure.spelling(of: name) ?? UnknownWord.nearest(to: name, in: structure.names)
        inside(.member(name)) { checks in
            if near == nil,
                let misplaced = Misplacement(
                    name, in: structure, at: FieldPath(checks.steps.dropLast()), model: checks.model)
            {
                checks.note(
                    .error, "misplaced-member", shape,
                    "SageMaker's \(Self.name(of: shape)) has no such member; \(misplaced.sentence)",
                    hint: misplaced.hint)
                return
            }
            guard let near else {
                checks.note(
                    .warning, "unknown-member", shape,
                    "SageMaker's \(Self.name(of: shape)) has no member of that name that we know",
                    hint: "It is sent unchanged; \(checks.model.source) may be too old to know it.")
                return
            }
            let both = given[near] != nil ? ", which is also given" : ""
            checks.note(
                .error, "unknown-member", shape,
                "SageMaker's \(Self.name(of: shape)) has no such member; did you mean \(Shown.quoted(near))\(both)?")
        }
        return near
    }

    mutating func unknown(word: String, _ words: [String], _ shape: Shape) {
        if UnknownWord.isInstanceTypes(words) {
            let unknown = UnknownType(word, among: words)
            let age = "It is sent unchanged; \(model.source) may be too old to know it."
            note(
                unknown.isPossible ? .warning : .error, "enum", shape, "\(Shown.quoted(word)) \(unknown.sentence)",
                hint: unknown.isPossible ? age : unknown.hint)
            return
        }
        let unknown = UnknownWord(word, among: words)
        let noun = "not one of \(words.count <= 8 ? words.joined(separator: ", ") : "the words SageMaker knows")"
        let question = unknown.near.map { "; did you mean \(Shown.quoted($0))?" } ?? ""
        note(
            unknown.isMistake ? .error : .warning, "enum", shape,
            "\(Shown.quoted(word)) is \(noun)\(question)",
            hint: unknown.isMistake ? nil : "It is sent unchanged; \(model.source) may be too old to know it.")
    }

    /// The request has the name of its operation.
    private static func name(of shape: Shape) -> String {
        shape.name.hasSuffix("Request") ? String(shape.name.dropLast("Request".count)) : shape.name
    }
}
