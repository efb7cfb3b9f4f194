/// One pattern of a `.dockerignore` file, compiled to match whole paths.
///
/// All ways to match the pattern are followed at once, so the time is at most proportional to the length of the pattern
/// times the length of the path, for any pattern: `**/**/**/x` takes no exponential time.
struct GlobPattern: Sendable, Hashable {
    /// One element of the pattern.
    enum Step: Sendable, Hashable {
        /// This character.
        case literal(Unicode.Scalar)
        /// `?`: one character other than `/`.
        case one
        /// `*`: any number of characters other than `/`.
        case many
        /// `[a-z]`: one character of the set; for `[^a]`, one character outside the set.
        case set([ClosedRange<Unicode.Scalar>], negated: Bool)
        /// `**/`: nothing, or any text that ends in `/`.
        case folders
        /// `**` at the end: any text.
        case anything
    }

    /// Why a text is not a pattern.
    struct Invalid: Error, Hashable {
        /// A clause without a full stop.
        package var why: String
    }

    private let steps: [Step]
    /// The characters before the first wildcard. Most paths already differ in these.
    private let beginning: [Unicode.Scalar]

    /// Compiles a normalized pattern: no leading slash, and no `.` and `..` components that can be resolved.
    init(_ text: String) throws(Invalid) {
        var reader = Reader(rest: Array(text.unicodeScalars))
        var steps: [Step] = []
        while let scalar = reader.next() {
            switch scalar {
            case "*" where reader.take("*"):
                let hadSlash = reader.take("/")
                if reader.isAtEnd {
                    steps.append(.anything)
                } else if steps.isEmpty, !hadSlash, !reader.hasMoreWildcards {
                    // Docker treats `**name` as "ends with name", but only if it contains no other wildcard.
                    steps.append(.anything)
                } else {
                    steps.append(.folders)
                }
            case "*":
                steps.append(.many)
            case "?":
                steps.append(.one)
            case "[":
                steps.append(try reader.set())
            case "\\":
                guard let escaped = reader.next() else {
                    throw Invalid(why: "it ends in a backslash with nothing to escape")
                }
                // Docker passes such an escape to a regular expression, where `\d` means any digit and `\a` the bell
                // character. A user who writes it means a letter or a Windows path, and would get neither.
                guard escaped.isASCII, !escaped.properties.isAlphabetic, escaped.properties.numericType == nil else {
                    throw Invalid(
                        why:
                            "'\\\(escaped)' is not an escape that Docker accepts; the parts of a path are separated by '/'"
                    )
                }
                steps.append(.literal(escaped))
            default:
                steps.append(.literal(scalar))
            }
        }
        self.steps = steps
        beginning = steps.prefix { $0.literal != nil }.compactMap(\.literal)
    }

    /// Whether the whole path matches.
    func matches(_ path: some Sequence<Unicode.Scalar>) -> Bool {
        var expected = beginning.makeIterator()
        var rest = path.makeIterator()
        while let wanted = expected.next() {
            guard rest.next() == wanted else { return false }
        }
        if beginning.count == steps.count { return rest.next() == nil }
        var states = States(steps)
        for scalar in path {
            guard states.advance(steps, over: scalar) else { return false }
        }
        return states.active[steps.count]
    }

    /// Whether a path that begins with `prefix` can match.
    func mayMatch(beginning prefix: some Sequence<Unicode.Scalar>) -> Bool {
        guard zip(beginning, prefix).allSatisfy(==) else { return false }
        var states = States(steps)
        for scalar in prefix {
            guard states.advance(steps, over: scalar) else { return false }
        }
        return states.active.dropLast().contains(true) || states.inside.contains(true)
    }
}

extension GlobPattern {
    /// The steps that may match next, over all ways to match the path so far.
    private struct States {
        /// The steps that may begin here. The last element means that all steps have matched.
        var active: [Bool]
        /// The steps of kind `folders` that are inside a folder's name.
        var inside: [Bool]

        init(_ steps: [Step]) {
            active = Array(repeating: false, count: steps.count + 1)
            inside = Array(repeating: false, count: steps.count)
            enter(0, steps)
        }

        /// Marks a step as possible, and the steps after it if it may match the empty text.
        private mutating func enter(_ start: Int, _ steps: [Step]) {
            var index = start
            while !active[index] {
                active[index] = true
                guard index < steps.count, steps[index].mayBeEmpty else { return }
                index += 1
            }
        }

        /// Consumes one character; false if no way to match is left.
        mutating func advance(_ steps: [Step], over scalar: Unicode.Scalar) -> Bool {
            let before = self
            for index in active.indices { active[index] = false }
            for index in inside.indices { inside[index] = false }
            for index in steps.indices where before.active[index] || before.inside[index] {
                switch steps[index] {
                case .literal(let wanted):
                    if scalar == wanted { enter(index + 1, steps) }
                case .one:
                    if scalar != "/" { enter(index + 1, steps) }
                case .many:
                    if scalar != "/" { enter(index, steps) }
                case .set(let ranges, let negated):
                    if ranges.contains(where: { $0.contains(scalar) }) != negated { enter(index + 1, steps) }
                case .folders:
                    inside[index] = true
                    if scalar == "/" { enter(index + 1, steps) }
                case .anything:
                    enter(index, steps)
                }
            }
            return active.contains(true) || inside.contains(true)
        }
    }
}

extension GlobPattern.Step {
    fileprivate var literal: Unicode.Scalar? {
        if case .literal(let scalar) = self { scalar } else { nil }
    }

    fileprivate var mayBeEmpty: Bool {
        switch self {
        case .many, .folders, .anything: true
        case .literal, .one, .set: false
        }
    }
}

extension GlobPattern {
    /// Reads the characters of a pattern.
    private struct Reader {
        var rest: [Unicode.Scalar]
        var position = 0

        init(rest: [Unicode.Scalar]) {
            self.rest = rest
        }

        var isAtEnd: Bool { position >= rest.count }
        var hasMoreWildcards: Bool { rest[position...].contains { "*?[]\\".unicodeScalars.contains($0) } }

        mutating func next() -> Unicode.Scalar? {
            guard !isAtEnd else { return nil }
            defer { position += 1 }
            return rest[position]
        }

        mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard !isAtEnd, rest[position] == scalar else { return false }
            position += 1
            return true
        }

        /// The rest of `[…]`; the opening bracket is already consumed.
        package mutating func set() throws(Invalid) -> Step {
            let negated = take("^")
            var ranges: [ClosedRange<Unicode.Scalar>] = []
            while ranges.isEmpty || !take("]") {
                let low = try member(isFirst: ranges.isEmpty)
                let high = take("-") ? try member(isFirst: false) : low
                guard low <= high else { throw Invalid(why: "the range '\(low)-\(high)' runs backwards") }
                ranges.append(low...high)
            }
            return .set(ranges, negated: negated)
        }

        private mutating func member(isFirst: Bool) throws(Invalid) -> Unicode.Scalar {
            guard let scalar = next() else { throw Invalid(why: "a '[' has no ']'") }
            switch scalar {
            case "]" where isFirst: throw Invalid(why: "'[]' contains no character; write '\\]' for the bracket")
            case "]", "-": throw Invalid(why: "'\(scalar)' in '[]' must be escaped as '\\\(scalar)'")
            case "\\":
                guard let escaped = next() else { throw Invalid(why: "a '[' has no ']'") }
                return escaped
            default: return scalar
            }
        }
    }
}
