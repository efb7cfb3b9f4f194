extension JSONValue {
    /// The value at a path; nil if there is none.
    package func value(at path: FieldPath) -> JSONValue? {
        var value = self
        for step in path.steps {
            switch (step, value) {
            case (.member(let name), .object(let members)):
                guard let member = members[name] else { return nil }
                value = member
            case (.item(let index), .array(let items)) where items.indices.contains(index):
                value = items[index]
            default:
                return nil
            }
        }
        return value
    }

    /// Removes the member or item at the path, if it exists.
    package mutating func remove(at steps: ArraySlice<FieldPath.Step>) {
        guard let step = steps.first else { return }
        let rest = steps.dropFirst()
        switch (step, self) {
        case (.member(let name), .object(var members)):
            if rest.isEmpty { members[name] = nil } else { members[name]?.remove(at: rest) }
            self = .object(members)
        case (.item(let index), .array(var items)) where items.indices.contains(index):
            if rest.isEmpty { items.remove(at: index) } else { items[index].remove(at: rest) }
            self = .array(items)
        default: break
        }
    }

    /// Why a value cannot be set at a path.
    package struct PathError: Error {
        package let message: String
    }

    /// Sets `value` at the path, and creates missing mappings on the path.
    package mutating func set(_ value: JSONValue, at steps: ArraySlice<FieldPath.Step>) throws(PathError) {
        guard let step = steps.first else {
            self = value
            return
        }
        let rest = steps.dropFirst()
        switch (step, self) {
        case (.member(let name), .object(var members)):
            var member = members[name] ?? (rest.isEmpty ? .null : .object([:]))
            try member.set(value, at: rest)
            members[name] = member
            self = .object(members)
        case (.member(let name), .null):
            self = .object([name: .null])
            try set(value, at: steps)
        case (.item(let index), .array(var items)):
            guard index <= items.count else {
                throw PathError(message: "the list has \(items.count) items and no item \(index)")
            }
            var item = index < items.count ? items[index] : .null
            try item.set(value, at: rest)
            if index < items.count { items[index] = item } else { items.append(item) }
            self = .array(items)
        case (.item, .null):
            self = .array([])
            try set(value, at: steps)
        case (.member(let name), _):
            throw PathError(message: "there is \(kindName) in the template, so it has no member \"\(name)\"")
        case (.item(let index), _):
            throw PathError(message: "there is \(kindName) in the template, so it has no item \(index)")
        }
    }
}
