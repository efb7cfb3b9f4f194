internal import Console
internal import FoundationEssentials
internal import LaunchHost

/// `launch logs`
enum LogsCommand {
    static func command(_ bench: Workbench.Maker) -> Command {
        Command(
            "logs", summary: "Print what a run printed",
            examples: [
                Example("All of it", "launch logs abc12345"),
                Example("What was said while its image was built", "launch logs --build abc12345"),
                Example("And what is still to come", "launch logs -f abc12345"),
            ],
            options: [
                Option(flag: "follow", "f", help: "Wait for more until the run has ended."),
                Option(flag: "build", help: "What the build of its image said instead."),
                Option(flag: "timestamps", "t", help: "Print when each line was printed."),
                LogPrinter.raw,
            ],
            arguments: [RunCommands.runArgument]
        ) { arguments, terminal in
            let bench = bench(arguments, terminal)
            let store = try bench.store()
            let run = try store.run(matching: try arguments.required("run"))
            let printer = LogPrinter(
                terminal: terminal, timestamps: arguments.flag("timestamps"), json: bench.wantsJSON,
                isRaw: arguments.flag(LogPrinter.raw.long))
            if arguments.flag("build") {
                let path = store.home.buildLog(of: run.id)
                guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else {
                    throw LaunchError(.unavailable, "Nothing was built for run \(run.id).")
                }
                try printer.print(build: String(decoding: data, as: UTF8.self))
                return .ok
            }
            let follow = arguments.flag("follow")
            if run.handle == nil, !run.state.isTerminal {
                bench.note("run \(run.id) is \(run.state.rawValue); it has not printed anything yet")
            }
            try await RunLogReader(store: store, backends: try bench.backends(try bench.config()))
                .read(run.id, follow: follow) { try printer.print($0) }
            return .ok
        }
    }
}
