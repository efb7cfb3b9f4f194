internal import LaunchPluginKit

extension ServiceModel {
    /// The paths in a request that have a member of that name, in any spelling. Full paths, the shortest first; `[]` is
    /// any item of a list.
    func homes(of name: String) -> [String] { homes[Self.folded(name)] ?? [] }

    /// The paths of every member of every structure that a request reaches, by the member's folded name. A structure
    /// that several members use is listed at its first path only.
    static func homes(in shapes: [Shape]) -> [String: [String]] {
        guard !shapes.isEmpty else { return [:] }
        var homes: [String: [String]] = [:]
        var seen: Set<Int> = [0]
        var waiting = [(place: 0, path: "")]
        var next = 0
        func add(_ place: Int, _ path: String) {
            if shapes.indices.contains(place), seen.insert(place).inserted { waiting.append((place, path)) }
        }
        while next < waiting.count {
            let (place, path) = waiting[next]
            next += 1
            switch shapes[place].kind {
            case .structure(let structure):
                for name in structure.names {
                    let full = path.isEmpty ? name : "\(path).\(name)"
                    homes[folded(name), default: []].append(full)
                    if let member = structure.members[name] { add(member, full) }
                }
            case .list(let item, _): add(item, "\(path)[]")
            case .map(_, let value, _): add(value, "\(path)[KEY]")
            case .text, .integer, .number, .flag, .other: break
            }
        }
        return homes
    }
}

/// A member in a structure that does not have it, while another structure does.
struct Misplacement {
    /// Where the member is allowed, as full paths, the nearest first.
    let homes: [String]
    /// The structure's own member whose name ends in the written name: `VolumeKmsKeyId` for `KmsKeyId`.
    let longer: String?

    /// Nil if the model has no member of that name at all.
    init?(_ name: String, in structure: Shape.Structure, at place: FieldPath, model: ServiceModel) {
        let homes = model.homes(of: name)
        guard !homes.isEmpty else { return nil }
        let written = place.steps.compactMap { if case .member(let name) = $0 { name } else { nil } }
        func shared(_ home: String) -> Int {
            zip(home.split(separator: ".").map { $0.prefix { $0 != "[" } }, written).prefix { $0 == $1 }.count
        }
        self.homes = homes.enumerated().sorted { (shared($1.element), $0.offset) < (shared($0.element), $1.offset) }
            .map(\.element)
        let folded = ServiceModel.folded(name)
        longer = structure.names.first { ServiceModel.folded($0).hasSuffix(folded) }
    }

    /// The second half of a sentence that begins "SageMaker's ResourceConfig has no such member; ".
    var sentence: String {
        let parents = homes.map { home -> String in
            guard let dot = home.lastIndex(of: ".") else { return "the top level" }
            return String(home[..<dot])
        }
        guard parents.count > 1 else { return "it belongs to \(parents[0])" }
        return "it belongs to \(Wording.either(Array(parents.prefix(3))))\(parents.count > 3 ? ", among others" : "")"
    }

    /// The correction.
    var hint: String {
        let isTop = !homes[0].contains(".")
        let home = isTop ? "the top level" : homes[0]
        let move = homes.count == 1 ? "Move it to \(home)" : "Move it to the intended path, such as \(home)"
        return longer.map { "\(move), or write \($0) here." } ?? "\(move)."
    }
}
