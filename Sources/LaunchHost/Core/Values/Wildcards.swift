/// Matches text against a pattern in which `*` matches any characters. No other character is special.
package enum Wildcards {
    /// Whether the whole text matches the pattern. The time is at most proportional to the product of the two lengths.
    package static func matches(_ text: some StringProtocol, _ pattern: some StringProtocol) -> Bool {
        let text = Array(text.unicodeScalars)
        let pattern = Array(pattern.unicodeScalars)
        var (position, index) = (0, 0)
        // The position of the last `*`, and how much of the text it matches so far.
        var star: (index: Int, position: Int)?
        while position < text.count {
            if index < pattern.count, pattern[index] == "*" {
                star = (index, position)
                index += 1
            } else if index < pattern.count, pattern[index] == text[position] {
                index += 1
                position += 1
            } else if let last = star {
                star = (last.index, last.position + 1)
                (index, position) = (last.index + 1, last.position + 1)
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == "*" }
    }

    /// Whether the components of a path match those of a pattern. `*` matches within one component, and a component
    /// `**` matches one component or more.
    package static func matches(path: [String], _ pattern: [String]) -> Bool {
        // The components of the pattern that may match next, over all ways to match the path so far.
        var active: Set<Int> = [0]
        for component in path {
            var next: Set<Int> = []
            for index in active where index < pattern.count {
                if pattern[index] == "**" {
                    next.formUnion([index, index + 1])
                } else if matches(component, pattern[index]) {
                    next.insert(index + 1)
                }
            }
            active = next
        }
        return active.contains(pattern.count)
    }
}
