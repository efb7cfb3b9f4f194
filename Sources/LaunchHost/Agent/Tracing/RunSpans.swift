/// The spans of a run that has ended, as a document of OTLP in JSON: one for the run, and one for each stage.
///
/// It follows from the event log only, so a run that several agents have driven has all of its stages.
struct RunSpans {
    /// What is kept of a run until its spans are sent.
    struct Ended: Sendable {
        var id: RunID
        var parent: TraceParent
        var name: String
        var queue: String?
        var resource: String
        var project: String
        var state: RunState
        var cause: Cause.Code?
        var submittedAt: Timestamp
        var endedAt: Timestamp

        /// Nil for a run that has no trace, whose caller does not record it, or that has not ended.
        init?(_ run: RunRecord) {
            guard run.state.isTerminal, let text = run.spec.traceParent, let parent = TraceParent(text),
                parent.isSampled
            else { return nil }
            (id, self.parent) = (run.id, parent)
            (name, queue, resource, project) = (run.name, run.queue, run.resource, run.spec.project)
            (state, cause, submittedAt) = (run.state, run.cause?.code, run.submittedAt)
            endedAt = run.endedAt ?? run.submittedAt
        }
    }

    /// The most stages of a run that are sent: a run that returns to its queue for days has many.
    static let mostStages = 200

    let run: Ended
    /// The events of the run in their order; possibly only the first ones.
    let events: [EventRecord]
    /// The version of the program.
    let version: String

    /// The stages: state and time, without events that do not change the state.
    var stages: [(state: RunState, from: Timestamp, to: Timestamp)] {
        var changes: [(state: RunState, at: Timestamp)] = []
        for event in events where event.state != changes.last?.state {
            // A history of the backend is recorded after the fact; a stage never begins before the one before it.
            changes.append((event.state, max(event.at, changes.last?.at ?? event.at)))
        }
        let ends = changes.dropFirst().map(\.at) + [run.endedAt]
        return zip(changes, ends).filter { !$0.0.state.isTerminal }.prefix(Self.mostStages).map {
            ($0.0.state, $0.0.at, max($0.0.at, $0.1))
        }
    }

    /// The document of one request.
    var document: JSONValue {
        let own = TraceParent.span("run", of: run.id)
        var attributes = [("launch.run", run.id.rawValue), ("launch.resource", run.resource)]
        attributes += [("launch.project", run.project), ("launch.state", run.state.rawValue)]
        if let queue = run.queue { attributes.append(("launch.queue", queue)) }
        if let cause = run.cause { attributes.append(("launch.cause", cause.rawValue)) }
        let status: Int64 =
            switch run.state {
            case .succeeded: 1
            case .failed: 2
            default: 0
            }
        // A trace that begins with the run has no other span above it.
        let parent = run.parent.span == own ? nil : run.parent.span
        var spans = [
            span("run \(run.name)", own, parent: parent, run.submittedAt, run.endedAt, attributes, status)
        ]
        for (number, stage) in stages.enumerated() {
            spans.append(
                span(
                    stage.state.rawValue, TraceParent.span("stage \(number)", of: run.id), parent: own, stage.from,
                    stage.to, [("launch.run", run.id.rawValue)], 0))
        }
        let resource = [("service.name", "launch"), ("service.version", version)]
        return .object([
            "resourceSpans": .array([
                .object([
                    "resource": .object(["attributes": Self.attributes(resource)]),
                    "scopeSpans": .array([
                        .object(["scope": .object(["name": .string("launch")]), "spans": .array(spans)])
                    ]),
                ])
            ])
        ])
    }

    private func span(
        _ name: String, _ id: String, parent: String?, _ from: Timestamp, _ to: Timestamp,
        _ attributes: [(String, String)], _ status: Int64
    ) -> JSONValue {
        .object([
            "traceId": .string(run.parent.trace), "spanId": .string(id), "parentSpanId": .string(parent ?? ""),
            // The kind 'internal'.
            "name": .string(name), "kind": .integer(1), "startTimeUnixNano": .string(Self.nanoseconds(from)),
            "endTimeUnixNano": .string(Self.nanoseconds(max(from, to))), "attributes": Self.attributes(attributes),
            "status": .object(["code": .integer(status)]),
        ])
    }

    private static func attributes(_ pairs: [(String, String)]) -> JSONValue {
        .array(pairs.map { .object(["key": .string($0.0), "value": .object(["stringValue": .string($0.1)])]) })
    }

    /// OTLP writes 64-bit numbers as text. The milliseconds of a store can be any number.
    private static func nanoseconds(_ time: Timestamp) -> String { "\(max(0, time.milliseconds))000000" }
}
