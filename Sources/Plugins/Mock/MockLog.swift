internal import FoundationEssentials
internal import LaunchPluginKit

/// Reads the log of a mock run. Lines are generated on demand, so that a large log needs no storage.
actor MockLog {
    private let runner: MockRunner
    private let runID: RunID
    private let follow: Bool
    private var position: Int

    init(runner: MockRunner, runID: RunID, position: Int, follow: Bool) {
        self.runner = runner
        self.runID = runID
        self.follow = follow
        self.position = position
    }

    func next() async throws(BackendError) -> [LogLine]? {
        while true {
            guard let run = try runner.backend.run(runID) else { return nil }
            let template = MockTemplate(run.request["template"] ?? .object([:]))
            let life = runner.life(run)
            let pieces = Pieces(template)
            let printed = life.begin <= runner.now() ? template.logLines * pieces.perLine : 0
            if position < printed {
                let batch = (position..<min(position + 256, printed)).map { pieces.line(at: $0, time: life.begin) }
                position += batch.count
                return batch
            }
            guard follow, life.end == nil else { return nil }
            do {
                try await Task.sleep(for: MockRunner.pace.shortest)
            } catch {
                throw BackendError(.cancelled, "Reading the mock's log was cancelled.")
            }
        }
    }

    /// A line is one piece, or several if it is longer than 64 KiB. Positions count pieces.
    private struct Pieces {
        static let limit = 65_536
        let bytes: Int?
        let perLine: Int

        init(_ template: MockTemplate) {
            bytes = template.logLineBytes
            perLine = max(1, ((bytes ?? 0) + Self.limit - 1) / Self.limit)
        }

        func line(at position: Int, time: Date) -> LogLine {
            let (number, piece) = position.quotientAndRemainder(dividingBy: perLine)
            let text = bytes.map { String(repeating: "x", count: min($0 - piece * Self.limit, Self.limit)) }
            return LogLine(
                text: text ?? "line \(number + 1)", cursor: LogCursor(rawValue: String(position + 1)), time: time,
                stream: .stdout, continues: piece < perLine - 1)
        }
    }
}
