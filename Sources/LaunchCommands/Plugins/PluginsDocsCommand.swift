internal import LaunchConsole
internal import LaunchHost

/// `launch plugins docs`
enum PluginsDocsCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "docs", summary: "Print the reference of all plugins as Markdown",
            examples: [Example("Update the reference", "launch plugins docs > docs/plugins-reference.md")]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let text = Reference.markdown(context.catalog)
            if context.wantsJSON {
                try context.printJSON(["markdown": text])
            } else {
                try terminal.out(data: text)
            }
            return .ok
        }
    }
}
