import Foundation
import Testing

/// The runbook quotes messages of the program. A change of a message must change the quote too.
struct RunbookTests {
    private static let page = "docs/operating.md"

    @Test func `each quote is a message of the program`() throws {
        let sources = try Self.literals()
        let quotes = try Self.quotes(in: MarkdownPage(Self.page).prose)
        for quote in quotes {
            for fragment in Self.fragments(of: quote) {
                let isThere = sources.contains(fragment)
                #expect(isThere, "\(Self.page): no message contains \"\(fragment)\" of \"\(quote)\"")
            }
        }
        #expect(quotes.count > 20, "quotes are not recognized")
    }

    @Test func `fragments and quotes are recognized`() {
        let quote = "queue 'Q' is paused; 'launch queue resume Q' resumes it"
        #expect(Self.fragments(of: quote).contains("is paused; 'launch queue resume"))
        #expect(Self.fragments(of: "The disk is full at '…'. (SQLite says: full)") == ["The disk is full at"])
        #expect(
            Self.quotes(in: "`launch status RUN` is a command, `no process holds it` is not.") == [
                "no process holds it"
            ])
    }

    /// The code spans of three words or more that are not commands.
    private static func quotes(in text: String) -> [String] {
        let programs: Set = [
            "apt", "apt-get", "aws", "chmod", "df", "dmesg", "docker", "du", "fuser", "install", "journalctl", "jq",
            "kill",
            "launch",
            "mv", "podman", "ps", "sqlite3", "sudo", "swift", "systemctl", "tar", "./launch",
        ]
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("    ") && !$0.hasPrefix("        ") }
        return lines.joined(separator: " ").matches(of: /`([^`]+)`/).map { String($0.1) }.filter { quote in
            let words = quote.split(separator: " ")
            return words.count > 2 && !programs.contains(String(words[0])) && !quote.contains("=")
        }
    }

    /// The constant parts of a quote, without names in capitals, numbers, paths and omissions.
    private static func fragments(of quote: String) -> [String] {
        let own = quote.split(separator: "(SQLite says").first.map(String.init) ?? quote
        let changing = /…|\b[A-Z]+\b|[0-9][0-9.:TZ-]*|unix:[^\s]*/
        return own.split(separator: changing)
            .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " '().,:;-")) }
            .filter { $0.split(separator: " ").count > 1 }
    }

    /// The text of all sources. String literals that are joined by '+' or a backslash become one.
    private static func literals() throws -> String {
        let root = Repository.root.appending(path: "Sources").path
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }
        return try paths.map { path in
            try Repository.text("Sources/\(path)")
                .replacing(/"\s*\n\s*\+ "/, with: "").replacing(/\\\n\s*/, with: "")
        }.joined(separator: "\n")
    }
}
