internal import FoundationEssentials
internal import LaunchHost

/// Reads the log of a mock run: made up line by line, so that its volume costs nothing.
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
            let printed = life.begin <= runner.now() ? template.logLines : 0
            if position < printed {
                let batch = (position..<min(position + 256, printed)).map { line($0 + 1, template, life.begin) }
                position += batch.count
                return batch
            }
            guard follow, life.end == nil else { return nil }
            do {
                try await Task.sleep(for: runner.pace.shortest)
            } catch {
                throw BackendError(.cancelled, "Nobody reads the log any more.")
            }
        }
    }

    private func line(_ number: Int, _ template: MockTemplate, _ time: Date) -> LogLine {
        let text = template.logLineBytes.map { String(repeating: "x", count: $0) } ?? "line \(number)"
        return LogLine(text: text, cursor: LogCursor(rawValue: String(number)), time: time, stream: .stdout)
    }
}
