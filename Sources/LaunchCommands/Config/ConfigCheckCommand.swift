internal import LaunchConsole
internal import LaunchHost

/// `launch config check`
enum ConfigCheckCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "check", summary: "Check the configuration, and show its settings",
            discussion: """
                Calls no service; 'launch doctor' does. Exits with 78 if the configuration has an error. With --json \
                the document lists every error with its line and column, for editors.
                """,
            examples: [
                Example("The file that would be used", "launch config check"),
                Example("Another file", "launch config check launch-config.yaml"),
                Example("Mistakes as FILE:LINE", "launch config check x.yaml --json | jq -r '.diagnostics[] | .line'"),
            ],
            arguments: [
                Argument(
                    "file", help: "The file; - is standard input. Without it, the one that would be used.",
                    required: false,
                    values: .files)
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let result = ConfigCheck(context: context, file: arguments.string("file"))
            if context.wantsJSON {
                try context.printJSON(try result.json)
            } else {
                try result.show()
            }
            return result.error.map { Failures.exitCode($0.kind) } ?? .ok
        }
    }
}

/// A checked configuration, or its errors.
private struct ConfigCheck {
    let context: CommandContext
    let name: String?
    private(set) var config: LaunchConfig?
    private(set) var error: LaunchError?
    private var crossWarnings: [Diagnostic] = []
    /// The registry's type, which may come from the builder's destination.
    private var registryType: String?

    init(context: CommandContext, file: String?) {
        self.context = context
        let location = file.map { ConfigLocation(explicit: $0, variables: context.variables) } ?? context.location
        name = location.isStandardInput ? StandardInput.name : location.path
        do throws(LaunchError) {
            config = try LaunchConfig(at: location, catalog: context.catalog)
            if let config {
                let backends = try Self.make(config, context)
                crossWarnings = backends.warnings
                registryType = backends.registryType
            }
        } catch {
            self.error = error
        }
    }

    /// Some options are valid individually but not together. Only the plugins can check that.
    private static func make(_ config: LaunchConfig, _ context: CommandContext) throws(LaunchError) -> Backends {
        let backends = try Backends(config, catalog: context.catalog, variables: context.variables, log: .silent)
        for block in [config.runner].compactMap(\.self) + config.runners {
            // 'runner' also executes the runs of the other types, so each block is checked on its own.
            try backends.check(block)
        }
        return backends
    }

    private var diagnostics: [Diagnostic] { error?.diagnostics ?? (config?.warnings ?? []) + crossWarnings }

    var json: JSONValue {
        get throws {
            var members = try DiagnosticRenderer.json(diagnostics).objectValue ?? [:]
            members["file"] = name.map { .string($0) }
            members["ok"] = .bool(error == nil)
            members["message"] = error.map { .string($0.message) }
            if error == nil, let config {
                members["config"] = .object([
                    "max_jobs": .integer(Int64(config.maxJobs ?? -1)),
                    "queues": .array(config.queues.map { .string($0) }),
                    "types": .object(
                        Dictionary(
                            Role.allCases.compactMap { role in
                                type(of: role, config).map { (role.rawValue, JSONValue.string($0)) }
                            }
                        ) { $1 }),
                    "runners": .array(config.runners.map { .string($0.type) }),
                ])
            }
            return .object(members)
        }
    }

    private func type(of role: Role, _ config: LaunchConfig) -> String? {
        role == .registry ? registryType ?? config.registry.type : config.block(role)?.type
    }

    func show() throws {
        let terminal = context.terminal
        if let error, error.diagnostics.isEmpty { throw error }
        if !diagnostics.isEmpty {
            for diagnostic in DiagnosticRenderer.sorted(diagnostics) { terminal.show(diagnostic) }
            terminal.err(DiagnosticRenderer.summary(diagnostics))
        }
        guard error == nil, let config else { return }
        try terminal.out(name.map { "\($0): \(Styled("ok", .green))" } ?? "no launch-config.yaml: the defaults apply")
        var facts = Facts()
        facts.add("jobs at once", config.maxJobs.map(String.init) ?? "no limit")
        facts.add("queues", config.queues.isEmpty ? "those named with -q" : config.queues.joined(separator: ", "))
        facts.add("entity", config.entity)
        for role in Role.allCases {
            let summary = type(of: role, config).map { type in
                let known = context.catalog.declarations.first { $0.role == role && $0.type == type }
                return known.map { "\(type): \($0.summary)" } ?? type
            }
            facts.add(role.rawValue, summary ?? "named by each queue's resource")
        }
        if !config.runners.isEmpty { facts.add("runners", config.runners.map(\.type).joined(separator: ", ")) }
        try terminal.out(facts.styled(indent: 2))
    }
}
