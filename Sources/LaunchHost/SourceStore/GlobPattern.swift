/// One pattern of a `.dockerignore` file, compiled for matching whole paths.
///
/// Matching follows all readings of the pattern at once, so it takes time in proportion to the pattern times the path,
/// whatever the pattern: `**/**/**/x` cannot make it explode.
struct GlobPattern: Sendable, Hashable {
    /// What one place of the pattern takes.
    enum Step: Sendable, Hashable {
        /// This character.
        case literal(Unicode.Scalar)
        /// `?`: one character other than `/`.
        case one
        /// `*`: any number of characters other than `/`.
        case many
        /// `[a-z]`: one character of the set, or, as Docker reads `[^a]`, any one outside of it.
        case set([ClosedRange<Unicode.Scalar>], negated: Bool)
        /// `**/`: nothing, or anything that ends in `/`.
        case folders
        /// `**` at the end: anything.
        case anything
    }

    /// A text that is no pattern, and why.
    struct Invalid: Error, Hashable {
        /// A clause without a full stop.
        var why: String
    }

    private let steps: [Step]
    /// The characters that the pattern begins with, before its first wildcard. Most paths end at these.
    private let beginning: [Unicode.Scalar]

    /// Compiles a cleaned pattern: no leading slash, no `.` and `..` parts that could be resolved.
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
                    // Docker takes `**name` without any other wildcard for "ends in name", and only then.
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
                // Docker hands it on to a regular expression, where `\d` is any digit and `\a` rings a bell. Who
                // writes it means a letter, or a path of Windows, and gets neither.
                guard escaped.isASCII, !escaped.properties.isAlphabetic, escaped.properties.numericType == nil else {
                    throw Invalid(
                        why: "'\\\(escaped)' is no escape that Docker takes; parts of a path are parted by '/'")
                }
                steps.append(.literal(escaped))
            default:
                steps.append(.literal(scalar))
            }
        }
        self.steps = steps
        beginning = steps.prefix { $0.literal != nil }.compactMap(\.literal)
    }

    /// Whether the whole path fits.
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

    /// Whether some path that begins with `prefix` and goes on fits.
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
    /// Which steps may be next, over all readings of the path so far.
    private struct States {
        /// Steps that may begin here; one more than there are steps, for "all taken".
        var active: [Bool]
        /// Steps of the kind `folders` that are in the middle of a folder's name.
        var inside: [Bool]

        init(_ steps: [Step]) {
            active = Array(repeating: false, count: steps.count + 1)
            inside = Array(repeating: false, count: steps.count)
            enter(0, steps)
        }

        /// Marks a step as possible, and those behind it where it may take nothing.
        private mutating func enter(_ start: Int, _ steps: [Step]) {
            var index = start
            while !active[index] {
                active[index] = true
                guard index < steps.count, steps[index].mayBeEmpty else { return }
                index += 1
            }
        }

        /// Takes one character; false where no reading is left.
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
    /// Goes through the characters of a pattern.
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

        /// The rest of `[…]`, whose bracket has been taken.
        mutating func set() throws(Invalid) -> Step {
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
            case "]" where isFirst: throw Invalid(why: "'[]' holds no character; '\\]' stands for the bracket")
            case "]", "-": throw Invalid(why: "'\(scalar)' in '[]' must be escaped as '\\\(scalar)'")
            case "\\":
                guard let escaped = next() else { throw Invalid(why: "a '[' has no ']'") }
                return escaped
            default: return scalar
            }
        }
    }
}
