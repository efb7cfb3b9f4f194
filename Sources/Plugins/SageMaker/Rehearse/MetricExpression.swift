internal import LaunchPatterns

/// The `Regex` of a metric definition, converted for PCRE2 with exactly one group.
///
/// The service uses the first group of an expression with Java's or Python's syntax, and PCRE2 accepts nearly all of
/// it. What a container job does not accept is converted if the meaning stays the same: further groups become
/// non-capturing.
struct MetricExpression {
    /// The pattern with its one group; nil if the expression cannot be used.
    let pattern: String?
    /// Why the expression cannot be used, as the second half of a sentence.
    let reason: String

    init(_ source: String) {
        var scan = Scan(source)
        scan.run()
        guard scan.groups > 0 else {
            (pattern, reason) = (nil, "it has no group around the number")
            return
        }
        guard !(scan.groups > 1 && scan.refersBack) else {
            (pattern, reason) = (nil, "it refers back to one of its groups")
            return
        }
        let isUsable = (try? Pattern(scan.result))?.groups == 1
        pattern = isUsable ? scan.result : nil
        reason = "its syntax cannot be used here"
    }
}

extension MetricExpression {
    /// One pass over the expression.
    private struct Scan {
        let source: [Character]
        var result = ""
        var groups = 0
        var refersBack = false

        init(_ source: String) {
            self.source = Array(source)
        }

        mutating func run() {
            var index = 0
            var isInClass = false
            while index < source.count {
                let character = source[index]
                switch character {
                case "\\":
                    if index + 1 < source.count {
                        let next = source[index + 1]
                        refersBack = refersBack || !isInClass && ("1"..."9" ~= next || next == "k" || next == "g")
                        result += "\\\(next)"
                    } else {
                        result.append(character)
                    }
                    index += 2
                    continue
                case "[" where !isInClass:
                    index = openClass(at: index)
                    isInClass = true
                    continue
                case "[" where starts("[:", at: index):
                    index = copyNamedClass(at: index)
                    continue
                case "]": isInClass = false
                case "(" where !isInClass:
                    index = open(at: index)
                    continue
                default: break
                }
                result.append(character)
                index += 1
            }
        }

        /// Copies the beginning of a group and returns the index after it.
        private mutating func open(at index: Int) -> Int {
            guard starts("?", at: index + 1) else {
                result += capture()
                return index + 1
            }
            for (mark, end) in [("?P<", ">"), ("?<", ">"), ("?'", "'")] as [(String, Character)]
            where starts(mark, at: index + 1) {
                let first = index + 1 + mark.count
                guard first < source.count, source[first] != "=", source[first] != "!",
                    let close = source[first...].firstIndex(of: end)
                else { break }
                result += capture()
                return close + 1
            }
            result.append("(")
            return index + 1
        }

        /// Copies the beginning of a character class. A `]` in the first position is a member of the class.
        private mutating func openClass(at index: Int) -> Int {
            var next = index + 1
            result.append("[")
            if starts("^", at: next) {
                result.append("^")
                next += 1
            }
            if starts("]", at: next) {
                result += "\\]"
                next += 1
            }
            return next
        }

        /// Copies `[:alpha:]`, whose `]` does not end the enclosing class.
        private mutating func copyNamedClass(at index: Int) -> Int {
            let name = source[(index + 2)...].prefix { $0.isLetter || $0 == "^" }
            let isNamed = starts(":]", at: name.endIndex)
            result += isNamed ? "[:\(String(name)):]" : "["
            return isNamed ? name.endIndex + 2 : index + 1
        }

        private mutating func capture() -> String {
            groups += 1
            return groups == 1 ? "(" : "(?:"
        }

        private func starts(_ text: String, at index: Int) -> Bool {
            index <= source.count && source[index...].starts(with: text)
        }
    }
}
