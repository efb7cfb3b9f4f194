internal import FoundationEssentials
internal import Glibc
public import LaunchConsole
public import LaunchHost

/// The command line of launch for a catalog of plugins. The main file of a program with its own catalog only calls
/// `main(catalog:version:)`, as the program `launch` does.
public enum LaunchProgram {
    /// The command line; its command `version` prints `version`.
    /// - Parameter name: the name of the program in usage, examples, hints and completion.
    public static func make(catalog: PluginCatalog, version: String, name: String = "launch") -> Program {
        Program(
            ProgramName(name).applied(to: root(catalog: catalog, name: name, version: version)),
            terminal: { LogForm($0).terminal(over: $1) },
            unparsed: { LogForm(words: $0, environment: $1).terminal(over: $2) },
            failure: Failures.explain)
    }

    /// Runs the command line with the arguments, variables and terminal of this process, and ends the process with the
    /// documented exit code.
    /// - Parameter name: the name of the program in usage, examples, hints and completion.
    public static func main(catalog: PluginCatalog, version: String, name: String = "launch") async -> Never {
        ProcessHardening.apply()
        let environment = ProcessInfo.processInfo.environment
        let own = ProgramName(name)
        let terminal = Terminal.standard(environment: environment) { text, stream in
            // Standard output has data, which stays as it is.
            SecretMask.shared.mask(stream == .error ? own.replaced(in: text) : text)
        }
        if let fault = ProcessText.fault(reading: catalog.variables.prefixes) {
            let form = LogForm(words: CommandLine.arguments, environment: environment)
            form.terminal(over: terminal).tell(.error, Styled(lines: fault))
            exit(ExitCode.usage.rawValue)
        }
        let code = await make(catalog: catalog, version: version, name: name).run(
            Array(CommandLine.arguments.dropFirst()), environment: environment, terminal: terminal)
        endProcess(code.rawValue)
    }

    static func root(catalog: PluginCatalog, name: String = "launch", version: String) -> Command {
        let context = CommandContext.Factory(catalog: catalog)
        let local = catalog.runners.first(where: \.base.capabilities.rehearses) ?? catalog.runners.first
        return Command(
            "launch",
            summary: "Take machine-learning jobs from a queue and run them on a compute backend",
            discussion: """
                A queue has the backend's request template, a job is an image or a source to build one from, and an \
                agent runs jobs with a queue's template. 'launch plan' shows the request before it costs anything.
                """,
            examples: [
                Example(
                    "Make a queue for this machine", "launch queue create try --resource \(local?.base.type ?? "TYPE")"),
                Example("Put a job on it", "launch submit -q try --image busybox:1 -- echo hello"),
                Example("Run what is queued, then end", "launch agent -q try --drain"),
                Example("Read what it printed", "launch logs abc12345"),
            ],
            options: GlobalOptions.all + [.version],
            environment: [
                EnvironmentVariable("LAUNCH_HOME", "Where queues, jobs and runs are kept.")
            ],
            advice: Advice.root,
            groups: [
                CommandGroup("Runs", RunCommands.all(context)),
                CommandGroup(
                    "Queues and jobs",
                    [
                        QueueCommands.group(context), ApplyCommand.command(context), JobCommands.group(context),
                        CodeCommands.group(context), InitCommand.command(context), ImportCommands.group(context),
                    ]),
                CommandGroup(
                    "Set-up",
                    [
                        AgentCommand.command(context, version: version), AgentsCommand.command(context),
                        HooksCommands.group(context),
                        ConfigCommands.group(context), StoreCommands.group(context),
                        PluginsCommands.group(context, version: version),
                        DoctorCommand.command(context), IAMPolicyCommand.command(context),
                        .completion(program: name),
                        VersionCommand.command(version, of: name),
                    ]),
            ])
    }
}
