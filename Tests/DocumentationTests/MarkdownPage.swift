import Foundation

/// One Markdown file of the repository, with the parts that the tests check.
struct MarkdownPage: Sendable {
    /// A fenced block, with the comment on the line above it: `<!-- from: PATH -->`.
    struct Block: Sendable {
        let language: String
        let note: String?
        let text: String
        let line: Int
    }

    let path: String
    let text: String

    init(_ path: String) throws {
        self.path = path
        text = try Repository.text(path)
    }

    /// All pages, except those in build folders.
    static func all() throws -> [MarkdownPage] {
        let root = Repository.root.path
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root).filter { path in
            path.hasSuffix(".md") && !path.split(separator: "/").contains { $0.hasPrefix(".") }
        }
        return try paths.sorted().map(MarkdownPage.init)
    }

    /// The fenced blocks, also those inside of lists, whose lines lose the indentation of the fence.
    var blocks: [Block] {
        var blocks: [Block] = []
        var open: (language: String, note: String?, line: Int, indent: Int, lines: [Substring])?
        var before: Substring = ""
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let own = line.drop { $0 == " " }
            if own.hasPrefix("```") {
                if let block = open {
                    blocks.append(
                        Block(
                            language: block.language, note: block.note, text: block.lines.joined(separator: "\n"),
                            line: block.line))
                    open = nil
                } else {
                    let note = before.wholeMatch(of: /\s*<!-- (.+) -->/).map { String($0.1) }
                    open = (String(own.dropFirst(3)), note, index + 1, line.count - own.count, [])
                }
            } else if let indent = open?.indent {
                open?.lines.append(line.prefix(indent).allSatisfy { $0 == " " } ? line.dropFirst(indent) : line)
            }
            before = line
        }
        return blocks
    }

    /// The text without its code, which contains no links.
    var prose: String {
        proseLines.map(\.text).joined(separator: "\n")
    }

    /// The lines without code, each with its number.
    var proseLines: [(line: Int, text: Substring)] {
        var isCode = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            let isFence = line.drop { $0 == " " }.hasPrefix("```")
            if isFence { isCode.toggle() }
            return isCode || isFence || line.hasPrefix("    ") ? nil : (index + 1, line)
        }
    }

    /// The anchors of its headings.
    var anchors: Set<String> {
        Set(
            prose.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
                    .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
                    .replacing(" ", with: "-")
            })
    }
}
