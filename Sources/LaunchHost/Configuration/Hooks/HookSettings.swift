/// A hook: which events of runs are reported, and to whom.
package struct HookSettings: Sendable, Hashable {
    /// What is reported.
    package enum Trigger: Sendable, Hashable {
        /// A run has ended in this state.
        case end(RunState)
        /// A run waits in its queue for longer than this number of seconds.
        case waiting(Int64)
        /// A queue has waiting runs, and no live agent serves it.
        case noAgent
        /// The runs of a queue that ended in a month have cost more than this.
        case budget(Money)
    }

    /// Who gets the reports.
    package enum Target: Sendable, Hashable {
        /// A program with its arguments. It gets the message on its standard input.
        case program([String])
        /// A server. It gets the message as the body of a POST request.
        case url(Secret)
    }

    /// The format of the message.
    package enum Format: String, Sendable, CaseIterable {
        /// The JSON document of `docs/hooks.md`.
        case json
        /// A message of Slack's incoming webhooks.
        case slack
        /// A message of Teams' workflow webhooks.
        case teams
        /// A message of ntfy.
        case ntfy
    }

    /// The name, which identifies the hook in the store.
    package var name: String
    /// What is reported.
    package var triggers: Set<Trigger>
    /// Who gets the reports.
    package var target: Target
    /// Where the key of the signature is; nil means no signature.
    package var secret: SecretReference?
    /// The format of the message.
    package var format: Format
    /// The queues whose runs are reported; nil means all, and runs without a queue.
    package var queues: [String]?
    /// Whether it is from the file of a queue. Its address is then allowed only by `hook_urls` of the agent.
    package var isOfQueue = false

    package init(
        name: String, triggers: Set<Trigger>, target: Target, secret: SecretReference? = nil, format: Format = .json,
        queues: [String]? = nil
    ) {
        (self.name, self.triggers, self.target) = (name, triggers, target)
        (self.secret, self.format, self.queues) = (secret, format, queues)
    }

    /// The states of the ends that are reported.
    package var ends: [RunState] {
        RunState.allCases.filter { triggers.contains(.end($0)) }
    }

    /// The times of `waiting`, in seconds, ascending.
    package var waits: [Int64] {
        triggers.compactMap { trigger in
            if case .waiting(let seconds) = trigger { seconds } else { nil }
        }.sorted()
    }

    /// The amounts of `budget`, ascending.
    package var budgets: [Money] {
        triggers.compactMap { trigger in
            if case .budget(let money) = trigger { money } else { nil }
        }.sorted { ($0.currency, $0.millionths) < ($1.currency, $1.millionths) }
    }

    /// The keys of a hook in a queue's file. An owner of a queue must not run programs on the machine of an agent, nor read
    /// its files and variables.
    static let fieldsOfQueue = fields.filter { !["run", "secret", "queues"].contains($0.name) }

    /// The hooks in the text of a queue's file; empty if it has none, or cannot be read.
    package static func hooks(ofQueue queue: String, text: String?) -> [HookSettings] {
        guard let text, text.contains("hooks"), let document = try? Document(text: text, name: queue, kind: .invalid)
        else { return [] }
        var decoder = SchemaDecoder(document: document)
        return HookReader.hooks(ofQueue: document.root.entry("hooks"), &decoder).map { hook in
            var hook = hook
            (hook.name, hook.queues) = ("queue/\(queue)/\(hook.name)", [queue])
            return hook
        }
    }

    /// The keys of a hook in `launch-config.yaml`.
    static let fields: [Field] = [
        Field(
            "name", .string, required: true, example: "alerts",
            help: "The name, which identifies the hook in the store."),
        Field(
            "on", .list(.string), required: true, example: "[failed, waiting > 2h, budget > 500 USD]",
            help:
                "What is reported: failed, stopped, succeeded, waiting > DURATION, no-agent for a queue with waiting runs that no agent serves, and budget > AMOUNT CURRENCY for the costs of a queue in a month."
        ),
        Field(
            "run", .list(.string), example: "[/usr/local/bin/page, --team, ml]",
            help: "A program with its arguments, which gets the message on standard input. Without a shell."),
        Field(
            "url", .secret, example: "https://hooks.example/launch",
            help: "A server that gets the message as a POST request: https, or http on this machine. Instead of run."),
        Field(
            "secret", .string, example: "env:LAUNCH_HOOK_KEY",
            help: "Where the key of the signature of a url is: env:VARIABLE or file:PATH."),
        Field(
            "format", .choice(Format.allCases.map(\.rawValue)), default: .string(Format.json.rawValue),
            help: "The format of the message: json, or that of Slack, Teams or ntfy."),
        Field(
            "queues", .list(.string), example: "[train]",
            help: "The queues whose runs are reported. Default: all, and runs without a queue."),
    ]
}
