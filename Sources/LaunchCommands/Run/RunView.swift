internal import LaunchHost

/// A run as `--json` shows it: its record, with what scripts ask for most at the top.
struct RunView: Encodable {
    private let run: RunRecord

    init(_ run: RunRecord) {
        self.run = run
    }

    private enum Key: String, CodingKey {
        case outputs, metrics, exitCode, warnings
    }

    func encode(to encoder: any Encoder) throws {
        try run.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(run.outcome?.outputs ?? [], forKey: .outputs)
        try container.encode(run.outcome?.metrics ?? [:], forKey: .metrics)
        try container.encodeIfPresent(run.cause?.exitCode, forKey: .exitCode)
        try container.encode(run.outcome?.warnings ?? [], forKey: .warnings)
    }
}
