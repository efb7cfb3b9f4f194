import Foundation
import LaunchCommands
import LaunchConsole
import LaunchHost
import Testing

@testable import launch

/// A page that the program generates, compared with the file in the repository.
struct GeneratedPage: Sendable, CustomTestStringConvertible {
    let path: String
    let text: @Sendable () throws -> String

    var testDescription: String { path }

    static let all = [
        GeneratedPage(path: "docs/plugins-reference.md") { Reference.markdown(catalog) },
        GeneratedPage(path: "docs/launch-config.schema.json") {
            try JSON.pretty(JSONSchema.launchConfig(catalog)) + "\n"
        },
        GeneratedPage(path: "docs/modules.md") { try ModuleGraph().markdown },
        GeneratedPage(path: "docs/metrics.md") { MetricsPage.markdown },
        GeneratedPage(path: "docs/commands.md") {
            CommandsPage.markdown(of: LaunchProgram.make(catalog: catalog, version: "").root)
        },
    ]
}

@Test(arguments: GeneratedPage.all)
func `a generated page is up to date`(page: GeneratedPage) throws {
    let text = try page.text()
    if ProcessInfo.processInfo.environment["LAUNCH_REGENERATE_DOCS"] == "1" {
        try Data(text.utf8).write(to: Repository.root.appending(path: page.path))
    }
    let kept = Repository.exists(page.path) ? try Repository.text(page.path) : ""
    let difference = zip(lines(kept) + [""], lines(text) + [""]).first { $0 != $1 }
    #expect(
        kept == text,
        """
        \(page.path) is out of date; run scripts/regenerate-docs and review the changes. \
        First difference: '\(difference?.0 ?? "")' instead of '\(difference?.1 ?? "")'.
        """)
}

private func lines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
