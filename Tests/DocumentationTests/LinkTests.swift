import Foundation
import Testing

@Test
func `every link to a file or a heading has a target`() throws {
    var count = 0
    for page in try MarkdownPage.all() {
        let folder = URL(filePath: "/\(page.path)").deletingLastPathComponent()
        for match in page.prose.matches(of: /\]\(([^)\s]+)\)/) {
            let link = String(match.1)
            guard !link.contains("://"), !link.hasPrefix("mailto:") else { continue }
            count += 1
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let file = parts[0].isEmpty ? page.path : folder.appending(path: parts[0]).standardized.path.dropping("/")
            #expect(Repository.exists(file), "\(page.path): \(link)")
            if parts.count > 1, file.hasSuffix(".md"), Repository.exists(file) {
                #expect(try MarkdownPage(file).anchors.contains(parts[1]), "\(page.path): no heading for \(link)")
            }
        }
    }
    #expect(count > 10, "links are not recognized")
}

@Test
func `every path of this repository in a page exists`() throws {
    for page in try MarkdownPage.all() {
        for match in page.prose.matches(of: /`((?:Sources|Tests|docs|examples|scripts)\/[A-Za-z0-9._\/+-]*)[^`]*`/) {
            #expect(Repository.exists(String(match.1)), "\(page.path): \(match.1)")
        }
    }
}

extension String {
    fileprivate func dropping(_ prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
