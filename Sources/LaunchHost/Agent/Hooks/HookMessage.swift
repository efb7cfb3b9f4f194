/// What a hook reports about an event, as the JSON document that `docs/hooks.md` describes.
package struct HookMessage: Sendable, Hashable, Codable {
    /// The run of an event.
    package struct Run: Sendable, Hashable, Codable {
        package var id: String
        package var name: String
        package var project: String
        package var queue: String?
        package var author: String
        package var resource: String
        package var state: String
        /// The code of the cause, such as `time-limit`, and its sentence.
        package var cause: String?
        package var message: String?
        package var exitCode: Int?
        package var submittedAt: Timestamp
        package var startedAt: Timestamp?
        package var endedAt: Timestamp?
        /// What the run has cost; nil if it is not known.
        package var cost: Outcome.Cost?
        /// What the backend reports about the run, such as the billed time.
        package var facts: [Outcome.Fact]
        package var metrics: [String: Double]
    }

    /// The version of this document; members may be added without another version.
    package var version = 1
    /// The same for each try of a delivery, so that a receiver can recognize a message that it has.
    package var id: String
    package var hook: String
    /// `failed`, `stopped`, `succeeded`, `waiting`, `no-agent`, `budget` or `test`.
    package var event: String
    package var at: Timestamp
    package var attempt: Int
    package var queue: String?
    /// Nil for an event of a queue, and for a run that was removed since.
    package var run: Run?
    /// The budget that was exceeded, for the event `budget`.
    package var budget: ExceededBudget?
    /// The last lines of the run's log, at most 20.
    package var log: [String]
    /// One sentence about the event.
    package var text: String

    /// The maximum number of lines of the log, and of characters of one and of the sentence of a cause.
    static let (mostLines, longestLine, longestCause) = (20, 500, 2_000)

    /// A text without secrets and control characters, at most this long. It is cut last: a part of a secret would not be
    /// recognized.
    static func clean(_ text: String, _ limit: Int) -> String {
        String(Wording.visible(SecretMask.shared.mask(text)).prefix(limit))
    }

    /// The message of a delivery. All text is masked, and control characters are escaped.
    init(_ delivery: HookDelivery, _ record: RunRecord?, log: [String]) {
        func clean(_ text: String) -> String { Self.clean(text, .max) }
        id = "\(delivery.hook):\(delivery.event)"
        (hook, event, at, attempt) = (delivery.hook, delivery.kind, delivery.at, delivery.tries)
        queue = record?.queue ?? delivery.queue
        budget = delivery.budget
        self.log = log.suffix(Self.mostLines).map { Self.clean($0, Self.longestLine) }
        run = record.map { record in
            Run(
                id: record.id.rawValue, name: clean(record.name), project: clean(record.project), queue: record.queue,
                author: clean(record.author), resource: record.resource, state: record.state.rawValue,
                cause: record.cause?.code.rawValue,
                message: (record.cause?.message).map { Self.clean($0, Self.longestCause) },
                exitCode: (record.cause?.exitCode).map { Int($0) }, submittedAt: record.submittedAt,
                startedAt: record.startedAt, endedAt: record.endedAt,
                cost: record.outcome?.cost.flatMap { $0.money == nil ? nil : $0 },
                facts: (record.outcome?.facts ?? []).prefix(50).map { Outcome.Fact(clean($0.name), clean($0.value)) },
                metrics: record.outcome?.metrics ?? [:])
        }
        text = ""
        text = sentence
    }

    private var sentence: String {
        let place = queue.map { " of queue '\($0)'" } ?? ""
        guard let run else {
            if event == "no-agent" { return "No agent serves the queue '\(queue ?? "-")', and runs wait in it." }
            return budget.map { "\($0.sentence(of: queue ?? "-"))" } ?? "\(event)\(place)"
        }
        let who = "The run \(run.id) (\(run.name))\(place) of \(run.author)"
        switch event {
        case "waiting": return "\(who) waits since \(run.submittedAt)."
        default:
            let cause = [run.cause, run.message].compactMap(\.self).joined(separator: ": ")
            let verb = event == "stopped" ? "was stopped" : "has \(event)"
            let end = "\(who) \(verb)\(cause.isEmpty ? "." : ": \(cause)")"
            return run.cost?.money.map { "\(end) Cost: \($0)." } ?? end
        }
    }
}
