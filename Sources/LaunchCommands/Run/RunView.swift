internal import LaunchHost

/// A run for `--json`: its record, with the most used values added at the top level.
struct RunView: Encodable {
    private let run: RunRecord
    private let rehearsal: RehearsalRecord?

    /// - Parameter rehearsal: The stored report, if the run was a rehearsal and has ended.
    init(_ run: RunRecord, rehearsal: RehearsalRecord? = nil) {
        self.run = run
        self.rehearsal = rehearsal
    }

    private enum Key: String, CodingKey {
        case outputs, metrics, exitCode, warnings, rehearsal
    }

    func encode(to encoder: any Encoder) throws {
        try run.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(run.outcome?.outputs ?? [], forKey: .outputs)
        try container.encode(run.outcome?.metrics ?? [:], forKey: .metrics)
        try container.encodeIfPresent(run.cause?.exitCode, forKey: .exitCode)
        try container.encode(run.outcome?.warnings ?? [], forKey: .warnings)
        try container.encodeIfPresent(rehearsal, forKey: .rehearsal)
    }
}
