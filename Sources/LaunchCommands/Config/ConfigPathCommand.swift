internal import LaunchConsole
internal import LaunchHost

/// `launch config path`
enum ConfigPathCommand {
    private struct Result: Encodable {
        var path: String?
        var reason: String
        var places: [String]
    }

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "path", summary: "Print which configuration would be used, and why",
            discussion: "The path goes to standard output, the reason to standard error.",
            examples: [
                Example("Which file is it?", "launch config path"),
                Example("Change it", "nano $(launch config path)"),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let location = context.location
            let result = Result(
                path: location.path, reason: reason(location, context.variables),
                places: ConfigLocation.standardPlaces(context.variables).map(\.path))
            if context.wantsJSON {
                try context.printJSON(result)
                return .ok
            }
            if let path = result.path { try terminal.out(data: path + "\n") }
            context.note(Styled(result.reason))
            return .ok
        }
    }

    private static func reason(_ location: ConfigLocation, _ variables: [String: String]) -> String {
        switch location.origin {
        case .option: return "It is named with -c."
        case .variable: return "The variable LAUNCH_CONFIG names it."
        case .standard: return "It is at launch's own path."
        case .wandb: return "It is at W&B Launch's path, and there is none at launch's own path."
        case .none:
            let places = ConfigLocation.standardPlaces(variables).map(\.path)
            return "The defaults apply, because these files do not exist: \(Wording.all(places))."
        }
    }
}
