internal import LaunchPluginKit

extension ServiceModel {
    /// The name without differences of spelling: the result is the same for `input_data_config`, `inputDataConfig` and
    /// `InputDataConfig`.
    static func folded(_ name: String) -> String {
        String(decoding: name.utf8.lazy.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }, as: UTF8.self)
            .lowercased()
    }

    /// The path with every member's name in SageMaker's spelling, at every depth.
    ///
    /// Keys of maps (hyperparameters, environment) are the user's and are kept. So is everything from the first name
    /// that the model does not know.
    func canonical(_ path: FieldPath) -> FieldPath {
        FieldPath(walk(path).steps)
    }

    /// Whether a value at that path is text; false if the model does not know the path.
    func takesText(at path: FieldPath) -> Bool {
        guard let place = walk(path).place, shapes.indices.contains(place), case .text = shapes[place].kind else {
            return false
        }
        return true
    }

    /// Follows a path through the shapes. Returns its steps in SageMaker's spelling, as far as the model knows them,
    /// and the index of the shape at its end; nil if the model does not know the path.
    private func walk(_ path: FieldPath) -> (steps: [FieldPath.Step], place: Int?) {
        var steps = path.steps
        var place = 0
        for index in steps.indices {
            guard shapes.indices.contains(place) else { return (steps, nil) }
            switch (shapes[place].kind, steps[index]) {
            case (.structure(let structure), .member(let written)):
                guard let name = structure.spelling(of: written), let next = structure.members[name] else {
                    return (steps, nil)
                }
                steps[index] = .member(name)
                place = next
            case (.list(let item, _), .item):
                place = item
            case (.map(_, let value, _), .member):
                place = value
            default:
                return (steps, nil)
            }
        }
        return (steps, place)
    }

    /// The document with every member's name in SageMaker's spelling, at every depth.
    ///
    /// A member that is given in two spellings keeps both, because the intended one is unknown; validation reports it.
    func canonical(_ document: JSONValue) -> JSONValue {
        canonical(document, as: 0)
    }

    private func canonical(_ value: JSONValue, as place: Int) -> JSONValue {
        guard shapes.indices.contains(place) else { return value }
        switch (shapes[place].kind, value) {
        case (.structure(let structure), .object(let members)):
            var renamed: [String: JSONValue] = [:]
            for (written, value) in members {
                guard let name = structure.spelling(of: written), let next = structure.members[name],
                    name == written || structure.isOnlySpelling(written, of: name, in: members)
                else {
                    renamed[written] = value
                    continue
                }
                renamed[name] = canonical(value, as: next)
            }
            return .object(renamed)
        case (.list(let item, _), .array(let items)):
            return .array(items.map { canonical($0, as: item) })
        case (.map(_, let shape, _), .object(let members)):
            return .object(members.mapValues { canonical($0, as: shape) })
        default:
            return value
        }
    }
}

extension Shape.Structure {
    /// The member's name in the service's spelling; nil if no member has that name in any spelling.
    func spelling(of written: String) -> String? {
        members[written] != nil ? written : spellings[ServiceModel.folded(written)]
    }

    /// Whether no other given name is a spelling of the same member.
    func isOnlySpelling(_ written: String, of name: String, in given: [String: JSONValue]) -> Bool {
        !given.keys.contains { $0 != written && spelling(of: $0) == name }
    }
}
