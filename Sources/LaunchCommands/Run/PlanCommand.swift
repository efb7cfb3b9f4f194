internal import LaunchConsole
internal import LaunchHost

/// `launch plan`
enum PlanCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "plan", summary: "Show what a run would send, without side effect",
            discussion: """
                Shows the image, the backend's own request, the highest cost, the needed permissions and all errors. \
                Nothing is built, pushed, queued or sent. Exits with 65 if the request is invalid; then only --json \
                includes it.
                """,
            examples: [
                Example("Before it is queued", "launch plan -q train --source ."),
                Example(
                    "Edited code beside an image that stays as it is",
                    "launch plan -q train --image repo/train:v3 --code . -E 'python3 train.py'"),
                Example("Without network or credentials", "launch plan -q train --image repo/train:v3 --offline"),
                Example(
                    "The request alone", "launch plan -q train --image repo/train:v3 --json | jq .request.document"),
            ],
            options: SpecOptions.all(context) + SpecOptions.rehearsal + [
                SpecOptions.model, SpecOptions.prices,
                Option(flag: "offline", help: "Call no service; facts that need one stay unknown."),
            ],
            rest: SpecOptions.rest
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let config = try context.config()
            let (spec, submitted) = try await SpecReader(context).spec(
                store: store, config: config, offline: arguments.flag("offline"))
            let check = PlanCheck(context, store: store, config: config)
            let resolution = try await check.resolved(spec, submitted, as: RunID.random())
            let job = resolution.job
            let backends = try context.backends(config, runnerOptions: files(arguments))
            let stage = ImageStage(
                registry: try backends.registry(
                    for: job.resource, rehearse: spec.rehearse, job.rehearsal ?? spec.rehearsal),
                builder: backends.builder,
                contexts: try context.contexts(store))
            let image = try await stage.plan(
                job.source, project: job.project, queue: spec.queue, demandsPin: job.demandsPin ?? false,
                offline: arguments.flag("offline"))
            let runner = try backends.runner(for: job.resource, rehearse: spec.rehearse)
            var facts: [String: String] = [:]
            if !arguments.flag("offline") {
                // Without facts the plan itself reports what is unknown.
                do throws(BackendError) { facts = try await runner.facts(for: job) } catch {
                    guard error.category != .cancelled else { throw error }
                    context.note(Styled(Diagnostic(.warning, error.message, hint: error.hint)))
                }
            }
            let code = try await context.contexts(store).code(of: job.source, fetching: false)
            let plan = try Plan(
                job, image: image, runner: runner, imageOfSource: backends.imageOfSource(for: job.project),
                parts: [backends.environment, backends.registry, backends.builder], facts: facts,
                limits: resolution.limits, code: code)
            if context.wantsJSON {
                try context.printJSON(plan)
            } else {
                let document = try await check.document(of: spec)
                try PlanPage(
                    plan, origins: resolution.origins, document: document, submitted: submitted, terminal
                ).show()
            }
            return plan.isValid ? .ok : .invalidData
        }
    }

    /// The files that the runner's plugin reads, by option.
    private static func files(_ arguments: ParsedArguments) -> [String: JSONValue] {
        var files: [String: JSONValue] = [:]
        for option in [SpecOptions.model, SpecOptions.prices] {
            files[option.long] = arguments.string(option.long).map { path in
                .string(path == StandardInput.path ? "/dev/stdin" : path)
            }
        }
        return files
    }
}
