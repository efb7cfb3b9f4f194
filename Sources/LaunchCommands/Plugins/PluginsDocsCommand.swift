internal import Console
internal import LaunchHost

/// `launch plugins docs`
enum PluginsDocsCommand {
    static func command(_ bench: Workbench.Maker) -> Command {
        Command(
            "docs", summary: "Print the reference of all plugins as Markdown",
            examples: [Example("Update the reference", "launch plugins docs > docs/plugins-reference.md")]
        ) { arguments, terminal in
            let bench = bench(arguments, terminal)
            let text = Reference.markdown(bench.catalog)
            if bench.wantsJSON {
                try bench.printJSON(["markdown": text])
            } else {
                try terminal.out(data: text)
            }
            return .ok
        }
    }
}
