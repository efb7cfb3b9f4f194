internal import LaunchConsole

/// The lines in which two texts differ, as `diff -u` prints them. An absent final line feed is not a difference.
struct UnifiedDiff: Sendable, Equatable {
    /// A line of the output.
    struct Line: Sendable, Equatable {
        /// Which of the texts has the line.
        enum Kind: String, Sendable {
            case context = " "
            case removed = "-"
            case added = "+"
            case position = "@@"
        }

        var kind: Kind
        var text: String

        /// The line with the sign of its kind.
        var printed: String { kind == .position ? text : kind.rawValue + text }
    }

    /// The lines of all hunks; empty if the texts do not differ.
    let lines: [Line]

    /// The number of equal lines around a difference.
    private static let margin = 3
    /// Above this number of differing lines, all of them are shown as replaced, because the comparison takes a time that
    /// grows with the square of the differences.
    private static let limit = 4_000

    init(from old: String, to new: String) {
        let (old, new) = (Self.lines(of: old), Self.lines(of: new))
        lines = old == new ? [] : Self.hunks(of: Self.merged(old, new))
    }

    /// The lines, split at line feeds only. A `Character` may be a carriage return with its line feed.
    private static func lines(of text: String) -> [String] {
        guard !text.isEmpty else { return [] }
        var parts = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        if parts.last == "" { parts.removeLast() }
        return parts
    }

    /// Both texts as one list of lines.
    private static func merged(_ old: [String], _ new: [String]) -> [Line] {
        let start = zip(old, new).prefix { $0 == $1 }.count
        let rest = zip(old.dropFirst(start).reversed(), new.dropFirst(start).reversed()).prefix { $0 == $1 }.count
        let (removed, added) = (Array(old[start..<(old.count - rest)]), Array(new[start..<(new.count - rest)]))
        var lines = old[..<start].map { Line(kind: .context, text: $0) }
        if removed.count + added.count > limit {
            lines += removed.map { Line(kind: .removed, text: $0) } + added.map { Line(kind: .added, text: $0) }
        } else {
            lines += compared(removed, added)
        }
        return lines + old[(old.count - rest)...].map { Line(kind: .context, text: $0) }
    }

    private static func compared(_ old: [String], _ new: [String]) -> [Line] {
        var (gone, come): (Set<Int>, Set<Int>) = ([], [])
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): gone.insert(offset)
            case .insert(let offset, _, _): come.insert(offset)
            }
        }
        var lines: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if gone.contains(left) {
                lines.append(Line(kind: .removed, text: old[left]))
                left += 1
            } else if come.contains(right) {
                lines.append(Line(kind: .added, text: new[right]))
                right += 1
            } else {
                lines.append(Line(kind: .context, text: old[left]))
                (left, right) = (left + 1, right + 1)
            }
        }
        return lines
    }

    /// The differences with the lines around them, each group after its position.
    private static func hunks(of lines: [Line]) -> [Line] {
        var result: [Line] = []
        let changed = lines.indices.filter { lines[$0].kind != .context }
        var next = changed.startIndex
        var (place, left, right) = (0, 1, 1)
        while next < changed.endIndex {
            let start = max(place, changed[next] - margin)
            var last = changed[next]
            while next < changed.endIndex, changed[next] <= last + 2 * margin {
                last = changed[next]
                next += 1
            }
            let hunk = lines[start..<min(lines.count, last + margin + 1)]
            let skipped = lines[place..<start].count
            (left, right) = (left + skipped, right + skipped)
            let counts = (hunk.count { $0.kind != .added }, hunk.count { $0.kind != .removed })
            let position = "@@ -\(range(left, counts.0)) +\(range(right, counts.1)) @@"
            result.append(Line(kind: .position, text: position))
            result += hunk
            (left, right, place) = (left + counts.0, right + counts.1, hunk.endIndex)
        }
        return result
    }

    /// The first line and the number of lines, as `diff -u` writes them. An empty range begins after the line before it.
    private static func range(_ first: Int, _ count: Int) -> String {
        count == 1 ? "\(first)" : "\(count == 0 ? first - 1 : first),\(count)"
    }

    /// The lines with the colours of a terminal.
    var styled: Styled {
        lines.map { line in
            let style: Palette.Style? =
                switch line.kind {
                case .context: nil
                case .removed: .red
                case .added: .green
                case .position: .cyan
                }
            return Styled(line.printed, style)
        }.joined(separator: "\n")
    }
}
