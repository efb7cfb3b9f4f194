internal import LaunchConsole
internal import LaunchHost

/// `launch explain`
enum ExplainCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "explain", summary: "Say why a run is where it is, and what happens next",
            discussion: """
                The reason is one of: its queue is paused, no agent serves the queue, other runs come first, the agents \
                hold as many runs as they may, it is tried again later, its image is built, the backend has it, a stop \
                was requested, no process holds it, or it has ended. 'launch events RUN' shows how it came there.
                """,
            examples: [
                Example("For people", "launch explain abc12345"),
                Example("The reason as a code, for a script", "launch explain abc12345 --json | jq -r .reason"),
            ],
            arguments: [RunCommands.runArgument]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let run = try await store.run(matching: try arguments.required("run"))
            let explanation = try await store.explain(run, buildStep: store.buildStep(of: run))
            if context.wantsJSON {
                try context.printJSON(ExplanationView(explanation))
            } else {
                try terminal.out(facts(explanation, run))
            }
            return .ok
        }
    }

    private static func facts(_ explanation: RunExplanation, _ run: RunRecord) -> Facts {
        var facts = Facts()
        facts.add("run", run.name == run.id.rawValue ? run.id.rawValue : "\(run.id) (\(run.name))")
        facts.add("state", run.state.rawValue)
        facts.add("why", explanation.sentence)
        facts.add("next", explanation.next)
        facts.add("cause", run.cause?.message.split(separator: "\n").first.map(String.init))
        facts.add("queue", run.queue.map { "\($0), priority \(run.priority.rawValue)" })
        if run.attempts > 0 { facts.add("tries", "\(run.attempts) before this one") }
        return facts
    }
}

/// An explanation for `--json`.
private struct ExplanationView: Encodable {
    private let run: RunID
    private let state: RunState
    private let reason: String
    private let sentence: String
    private let next: String?
    private let nextAt: Timestamp?
    private let cause: String?
    private let backendStatus: String?
    private let queue: String?
    private let runsAhead: Int?
    private let nextRun: RunID?
    private let pausedBy: String?
    private let pausedAt: Timestamp?
    private let stopRequestedBy: String?
    private let buildStep: BuildStep?

    init(_ explanation: RunExplanation) {
        let run = explanation.run
        self.run = run.id
        state = run.state
        reason = explanation.code
        sentence = explanation.sentence
        next = explanation.next
        nextAt = explanation.nextAt
        cause = run.cause
        backendStatus = run.backendStatus
        queue = run.queue
        let ahead: RunExplanation.RunsAhead? =
            switch explanation.reason {
            case .behind(_, let ahead), .queueLimit(_, _, let ahead): ahead
            default: nil
            }
        runsAhead = ahead?.count
        nextRun = ahead?.first
        let pause: (by: String?, at: Timestamp?) =
            if case .paused(_, let by, let at) = explanation.reason { (by, at) } else { (nil, nil) }
        pausedBy = pause.by
        pausedAt = pause.at
        stopRequestedBy = run.stopRequestedBy
        buildStep = if case .building(let step) = explanation.reason { step } else { nil }
    }
}
