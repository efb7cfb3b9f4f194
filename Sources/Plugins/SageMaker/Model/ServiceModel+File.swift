internal import FoundationEssentials
internal import LaunchPluginKit

extension ServiceModel {
    /// The largest accepted file, in bytes. botocore's file is below 4 MiB.
    private static let longestFile = 64 << 20

    /// Reads a model from a file: the output of `scripts/regenerate-sagemaker-model --json`, or botocore's own
    /// `service-2.json`.
    /// - Throws: A `configuration` error that names the file if it cannot be read or is not a model of the request.
    init(reading path: String) throws(BackendError) {
        let bytes: [UInt8]
        let isInput = StandardInput.isNamed(by: path)
        let name = isInput ? "in standard input" : path
        do {
            bytes = try SmallFile.bytes(of: path, limit: Self.longestFile)
        } catch {
            throw BackendError(
                .configuration, "The model \(name) cannot be read: \(error.message).", hint: Self.fileHint)
        }
        guard bytes.count <= Self.longestFile else {
            throw BackendError(.configuration, "The model \(name) is larger than 64 MiB.", hint: Self.fileHint)
        }
        do {
            try self.init(parsing: Data(bytes))
        } catch {
            throw BackendError(
                .configuration,
                "\(isInput ? StandardInput.name : path) is not a model of CreateTrainingJob: \(Self.words(for: error)).",
                hint: Self.fileHint)
        }
    }

    /// Reads a model from its text.
    init(parsing text: String) throws {
        try self.init(parsing: Data(text.utf8))
    }

    private init(parsing data: Data) throws {
        let file = try JSONDecoder().decode(ModelFile.self, from: data)
        var places = [file.root ?? "CreateTrainingJobRequest": 0]
        var waiting = Array(places.keys)
        var shapes: [Shape] = []
        // Only shapes that the request reaches: botocore's file has twenty times as many.
        func place(of name: String) -> Int {
            if let known = places[name] { return known }
            places[name] = waiting.count
            waiting.append(name)
            return waiting.count - 1
        }
        while shapes.count < waiting.count {
            let name = waiting[shapes.count]
            guard let entry = file.shapes[name] else { throw ModelFault("it has no shape '\(name)'") }
            shapes.append(Shape(name: name, kind: try entry.kind(name, place)))
        }
        guard case .structure = shapes.first?.kind else { throw ModelFault("the request is not a structure in it") }
        let version = file.metadata?.apiVersion.map { "service-2.json of \($0)" }
        self.init(source: file.source ?? version ?? "a model without a name", shapes: shapes)
    }

    private static let fileHint =
        "Make one with scripts/regenerate-sagemaker-model --json, or take botocore's sagemaker/2017-07-24/service-2.json."

    private static func words(for error: any Error) -> String {
        switch error {
        case let fault as ModelFault: return fault.description
        case DecodingError.keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            return "the value of '\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
        default: return "it is not JSON"
        }
    }
}

/// An error in a model's file.
private struct ModelFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The content of a model's file.
private struct ModelFile: Decodable {
    struct Metadata: Decodable { var apiVersion: String? }

    /// The name of another shape: plain in our own form, `{"shape": NAME}` in botocore's.
    struct Reference: Decodable {
        var name: String

        private enum CodingKeys: CodingKey { case shape }

        init(from decoder: any Decoder) throws {
            if let plain = try? decoder.singleValueContainer().decode(String.self) {
                name = plain
            } else {
                name = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .shape)
            }
        }
    }

    struct Entry: Decodable {
        var type: String
        var members: [String: Reference]?
        var required: [String]?
        var member: Reference?
        var key: Reference?
        var value: Reference?
        var pattern: String?
        var min: Int64?
        var max: Int64?
        var `enum`: [String]?

        func kind(_ name: String, _ place: (String) -> Int) throws -> Shape.Kind {
            let bounds = Shape.Bounds(least: min, most: max)
            func part(_ reference: Reference?, _ what: String) throws -> Int {
                guard let reference else { throw ModelFault("the \(type) '\(name)' has no '\(what)'") }
                return place(reference.name)
            }
            switch type {
            case "structure":
                return .structure(structure(place))
            case "list":
                return .list(item: try part(member, "member"), bounds)
            case "map":
                return .map(key: try part(key, "key"), value: try part(value, "value"), bounds)
            case "string":
                let words = self.enum ?? []
                return .text(
                    .init(length: bounds, pattern: pattern.map(ModelPattern.init), words: words, wordSet: Set(words)))
            case "integer", "long": return .integer(bounds)
            case "float", "double": return .number
            case "boolean": return .flag
            default: return .other
            }
        }

        private func structure(_ place: (String) -> Int) -> Shape.Structure {
            let names = (members ?? [:]).keys.sorted()
            return .init(
                members: (members ?? [:]).mapValues { place($0.name) }, names: names, required: required ?? [],
                spellings: Dictionary(names.map { (ServiceModel.folded($0), $0) }) { first, _ in first })
        }
    }

    var source: String?
    var root: String?
    var metadata: Metadata?
    var shapes: [String: Entry]
}
