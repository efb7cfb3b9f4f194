import Foundation
import LaunchConformance
import Testing
import WrongPlugins

/// `docs/conformance.md`: the rules, the wrong plugins, and what no kit can see.
enum ConformancePage {
    static let path = "docs/conformance.md"

    static var markdown: String {
        let rules = Rule.all
        var text = """
            # Conformance

            What the conformance kit checks, with which wrong plugins the kit itself is checked, and what no kit can see. The
            tests generate this page; run `scripts/regenerate-docs` after a change.
            [plugins.md](../plugins.md#testing-with-the-kit) says how to use the kit.

            ## Rules

            A failed case names its rule, why it matters, and the section that explains it. A rule that the fixture cannot check
            is listed as not checked.

            | rule | the plugin | without it |
            | --- | --- | --- |

            """
        for rule in rules {
            text +=
                "| [`\(rule.name)`](../plugins.md#\(rule.section)) | \(cell(rule.statement)) | \(cell(rule.cost)) |\n"
        }
        let wrong = WrongPlugin.all
        text += """

            ## Wrong plugins

            Each of these \(wrong.count) plugins breaks the contract at one place. A test demands that the case of the rule
            refuses it, and that the correct plugin next to it passes every case.

            | kind | the plugin | refused by |
            | --- | --- | --- |

            """
        for plugin in wrong { text += "| \(plugin.role) | \(cell(plugin.words)) | `\(plugin.rule)` |\n" }
        text += """

            ## What no kit can see

            - **Whether the fixture tells the truth.** The kit believes its counts, its jobs and its faults. A stub of a service
              has only the behaviour that its author knew.
            - **What does not carry the run ID.** A machine, a volume or a log group that the plugin creates under another name
              costs, and `count` does not count it.
            - **Processes that leave the program.** The kit sees the child processes of the test, and no process with another
              parent. List it in `leftovers`.
            - **A crash between two lines.** The kit loses answers and starts second processes. It does not kill the program in
              each line of `submit`; write such a test for the lines that matter.
            - **Long times.** A token that the service forgets after a day, a log that it deletes after a week, credentials that
              expire in an hour, memory that grows by a kilobyte for each run.
            - **Size.** Ten thousand runs in one `observe`, a log of a terabyte, the service's limit of calls in a second.
            - **Words.** Whether a message says what is wrong, and whether its hint helps.
            - **Secrets in other places** than the printed forms of the plugin's values: in requests, tags, file names and the
              arguments of processes.
            - **Permissions.** Whether the declared ones are enough, and whether they are more than needed.

            """
        return text
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}

struct ConformancePageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `a generated page is up to date, the one about conformance`() throws {
        let file = Self.root.appending(path: ConformancePage.path)
        let text = ConformancePage.markdown
        if ProcessInfo.processInfo.environment["LAUNCH_REGENERATE_DOCS"] == "1" {
            try Data(text.utf8).write(to: file)
        }
        let kept = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        #expect(
            kept == text, "\(ConformancePage.path) is out of date; run scripts/regenerate-docs and review the changes.")
    }

    @Test func `every rule is explained in a section of plugins md`() throws {
        let page = try String(contentsOf: Self.root.appending(path: "plugins.md"), encoding: .utf8)
        let sections = Set(
            page.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                line.drop { $0 == "#" || $0 == " " }.lowercased().replacing(" ", with: "-")
            })
        for rule in Rule.all { #expect(sections.contains(rule.section), "\(rule)") }
    }

    @Test func `no two rules have the same name`() {
        let names = Rule.all.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
