internal import LaunchPluginKit

/// A member whose name resembles a name of the service.
struct Misspelling: Hashable {
    /// The path of the structure that contains it, as written.
    var place: FieldPath
    var written: String
    var meant: String

    /// The document with the correct names.
    static func corrected(_ document: JSONValue, _ misspellings: [Misspelling]) -> JSONValue {
        let byPlace = Dictionary(grouping: misspellings, by: \.place)
        return corrected(document, at: FieldPath(), byPlace)
    }

    private static func corrected(
        _ value: JSONValue, at path: FieldPath, _ known: [FieldPath: [Misspelling]]
    ) -> JSONValue {
        switch value {
        case .object(let members):
            let names = Dictionary((known[path] ?? []).map { ($0.written, $0.meant) }) { first, _ in first }
            var renamed: [String: JSONValue] = [:]
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                renamed[names[name] ?? name] = corrected(member, at: path.appending(name), known)
            }
            return .object(renamed)
        case .array(let items):
            return .array(items.enumerated().map { corrected($1, at: path.appending(index: $0), known) })
        default:
            return value
        }
    }
}
