internal import Console
internal import LaunchHost

/// `launch version`
enum VersionCommand {
    static func command(_ version: String) -> Command {
        Command(
            "version", summary: "Print the version",
            examples: [Example("The version, for scripts", "launch version --json")]
        ) { arguments, terminal in
            if arguments.flag(GlobalOptions.json) {
                try terminal.out(try JSON.pretty(["version": version]))
            } else {
                try terminal.out("launch \(version)")
            }
            return .ok
        }
    }
}
