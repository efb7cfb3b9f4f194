import Foundation
import LaunchHost

/// The requests of the folder Corpus: each is a base with changes.
enum Corpus {
    /// A request that SageMaker accepts.
    struct Valid: Decodable, Sendable, CustomStringConvertible {
        var name: String
        /// Whether it contains members that the model does not know, which is a warning.
        var unknown: Bool?
        var change: Change
        var description: String { name }

        private enum CodingKeys: CodingKey { case name, unknown }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decode(String.self, forKey: .name)
            unknown = try container.decodeIfPresent(Bool.self, forKey: .unknown)
            change = try Change(from: decoder)
        }
    }

    /// The requests that one rule rejects, with the rule's source.
    struct Refused: Decodable, Sendable {
        var rule: String
        var source: String
        var cases: [Case]

        struct Case: Decodable, Sendable {
            /// The paths of the errors, in order.
            var at: [String]
            var change: Change

            private enum CodingKeys: CodingKey { case at }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                if let one = try? container.decode(String.self, forKey: .at) {
                    at = [one]
                } else {
                    at = try container.decode([String].self, forKey: .at)
                }
                change = try Change(from: decoder)
            }
        }
    }

    /// The changes of a base.
    struct Change: Decodable, Sendable {
        var base: String
        var remove: [String]?
        var rename: [String: String]?
        var set: [String: JSONValue]?
    }

    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    static func valid() throws -> [Valid] { try read("valid") }

    static func refused() throws -> [Refused] { try read("invalid") }

    /// The request that a change makes.
    static func document(of change: Change) throws -> JSONValue {
        let bases: [String: JSONValue] = try read("bases")
        guard var document = bases[change.base] else { throw Fault(description: "no base \(change.base)") }
        for path in change.remove ?? [] { document = try edit(document, at: path) { _ in nil } }
        for (path, name) in change.rename ?? [:] {
            guard let value = value(in: document, at: path) else { throw Fault(description: "nothing at \(path)") }
            document = try edit(document, at: path) { _ in nil }
            let parent = path.split(separator: ".").dropLast().joined(separator: ".")
            document = try edit(document, at: parent.isEmpty ? name : "\(parent).\(name)") { _ in value }
        }
        for (path, value) in (change.set ?? [:]).sorted(by: { $0.key < $1.key }) {
            document = try edit(document, at: path) { _ in expanded(value) }
        }
        return document
    }

    private static func read<Value: Decodable>(_ name: String) throws -> Value {
        let path = Bundle.module.bundlePath + "/Corpus/\(name).json"
        return try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(filePath: path)))
    }

    /// Expands `{"repeat": TEXT, "times": N}`, `{"entries": N}` and `{"items": N, "of": VALUE}`, where # is the number.
    private static func expanded(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            if let text = members["repeat"]?.stringValue, let times = members["times"]?.integerValue {
                return .string(String(repeating: text, count: Int(times)))
            }
            if let count = members["entries"]?.integerValue, members.count == 1 {
                let pairs = (0..<count).map { ("key\($0)", JSONValue.string("value \($0)")) }
                return .object(Dictionary(pairs) { first, _ in first })
            }
            if let count = members["items"]?.integerValue, let item = members["of"] {
                return .array(
                    (0..<count).map { index in
                        item.mappingStrings { text, _ in .string(text.replacing("#", with: "\(index)")) }
                    })
            }
            return .object(members.mapValues(expanded))
        case .array(let items):
            return .array(items.map(expanded))
        default:
            return value
        }
    }

    private static func value(in document: JSONValue, at path: String) -> JSONValue? {
        (FieldPath(parsing: path) ?? FieldPath()).steps.reduce(document as JSONValue?) { value, step in
            switch step {
            case .member(let name): value?[name]
            case .item(let index): value?.arrayValue.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            }
        }
    }

    private static func edit(
        _ document: JSONValue, at path: String, _ change: (JSONValue?) -> JSONValue?
    ) throws -> JSONValue {
        guard let path = FieldPath(parsing: path) else { throw Fault(description: "\(path) is no path") }
        return try edit(document, path.steps[...], change) ?? .null
    }

    private static func edit(
        _ value: JSONValue?, _ steps: ArraySlice<FieldPath.Step>, _ change: (JSONValue?) -> JSONValue?
    ) throws -> JSONValue? {
        guard let step = steps.first else { return change(value) }
        switch step {
        case .member(let name):
            var members = value?.objectValue ?? [:]
            members[name] = try edit(members[name], steps.dropFirst(), change)
            return .object(members)
        case .item(let index):
            var items = value?.arrayValue ?? []
            guard index <= items.count else { throw Fault(description: "no item \(index)") }
            let changed = try edit(index < items.count ? items[index] : nil, steps.dropFirst(), change)
            items.replaceSubrange(index..<min(index + 1, items.count), with: changed.map { [$0] } ?? [])
            return .array(items)
        }
    }
}
