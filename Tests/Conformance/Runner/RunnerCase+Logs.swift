internal import Foundation
internal import LaunchPluginKit
internal import Synchronization

// `logs`.
extension RunnerCase {
    func logsInOrder() async throws {
        let (runner, _, handle, _) = try await ended(.lines(500))
        let lines = try await runner.read(handle, follow: false)
        try expectNumbered(lines, 1...500)
    }

    func logsResume() async throws {
        let (runner, _, handle, _) = try await ended(.lines(200))
        let all = try await runner.read(handle, follow: false)
        try expectNumbered(all, 1...200)
        for position in [0, 1, 99, 198] {
            let rest = try await self.runner().read(handle, from: all[position].cursor, follow: false)
            try expectNumbered(rest, (position + 2)...200)
        }
        let none = try await runner.read(handle, from: all[199].cursor, follow: false)
        try require(none.isEmpty, "\(none.count) more lines followed the last one")
    }

    func logsFollow() async throws {
        let (runner, _, handle) = try await submitted(.lines(100))
        try expectNumbered(try await runner.read(handle, follow: true), 1...100)
    }

    func logsFollowResume() async throws {
        let count = 6
        let (runner, _, handle) = try await submitted(.slowLines(count))
        var seen: [LogLine] = []
        // The first reader leaves while the job runs.
        let first = try await runner.read(handle, follow: true) { _ in false }
        seen += first
        guard let cursor = first.last?.cursor else { throw Broken("the log has no line") }
        seen += try await self.runner().read(handle, from: cursor, follow: true)
        try expectNumbered(seen, 1...count)
    }

    func logsSlow() async throws {
        let count = max(6, Int(6 * fixture.clock.rate))
        let (runner, _, handle) = try await submitted(.slowLines(count))
        var phase: Observation.Phase?
        let lines = try await runner.read(handle, follow: true) { _ in
            if phase == nil { phase = try await runner.observe(handle)?.phase }
            return true
        }
        try expectNumbered(lines, 1...count)
        try require(phase?.isEnd == false, "the first lines came when the run was \(phase.map { "\($0)" } ?? "gone")")
    }

    func logsLastWords() async throws {
        let (runner, _, handle) = try await submitted(.lastWords(20))
        async let followed = runner.read(handle, follow: true)
        _ = try await end(of: handle, with: runner)
        try expectNumbered(try await self.runner().read(handle, follow: false), 1...20)
        try expectNumbered(try await followed, 1...20)
    }

    func logsLongLine() async throws {
        let size = 1 << 20
        let (runner, _, handle, _) = try await ended(.longLine(size))
        let lines = try await runner.read(handle, follow: false)
        let total = lines.reduce(0) { $0 + $1.text.utf8.count }
        try require(total == size, "\(total) of \(size) bytes were read")
        try require(lines.dropLast().allSatisfy(\.continues), "a piece before the last is not marked as continued")
        try require(lines.last?.continues == false, "the last piece is marked as continued")
        try require(lines.allSatisfy { $0.text.utf8.count <= 65_536 }, "a piece is larger than 64 KiB")
    }

    func logsInvalidText() async throws {
        let (runner, _, handle, _) = try await ended(.invalidText)
        let texts = try await runner.read(handle, follow: false).map(\.text)
        try require(texts.first == "before" && texts.last == "after" && texts.count == 3, "it read \(listed(texts))")
    }

    func logsRetried() async throws {
        let (runner, _, handle) = try await submitted(.retried(5))
        async let followed = runner.read(handle, follow: true)
        _ = try await end(of: handle, with: runner)
        try expectNumbered(try await self.runner().read(handle, follow: false), 1...10)
        try expectNumbered(try await followed, 1...10)
    }

    func logsCancelled() async throws {
        let (runner, _, handle) = try await submitted(.silent)
        try await observe(handle, with: runner) { $0.phase == .running }
        let reader = Task { try await runner.read(handle, follow: true) }
        // Once it waits for a line.
        _ = try await runner.observe(handle)
        reader.cancel()
        let result = await limited(to: .seconds(30)) { _ = await reader.result }
        try require(result != nil, "it did not end within 30 s")
    }

    func logsUnreachable() async throws {
        try await demand(.unreachable)
        let (runner, _, handle, _) = try await ended(.lines(5))
        try await with(.unreachable) {
            let lines: [LogLine]
            do {
                lines = try await self.runner().read(handle, follow: false)
            } catch is BackendError {
                return
            }
            // A log may lie where no call is needed.
            try require(lines.count == 5, "it ended after \(lines.count) of 5 lines, as if the log were complete")
        }
        try expectNumbered(try await runner.read(handle, follow: false), 1...5)
    }

    private func expectNumbered(_ lines: [LogLine], _ range: ClosedRange<Int>) throws {
        let (texts, expected) = (lines.map(\.text), range.map { "line \($0)" })
        guard texts != expected else { return }
        let first = zip(texts, expected).first { $0 != $1 }
        throw Broken(
            "\(texts.count) lines instead of \(expected.count)"
                + (first.map { "; found '\($0.0)' instead of '\($0.1)'" } ?? ""))
    }
}
