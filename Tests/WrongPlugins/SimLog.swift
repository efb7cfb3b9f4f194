internal import Foundation
internal import LaunchPluginKit

/// Reads the log of a run of the service. A cursor is the number of pieces before it.
actor SimLog {
    private let runner: SimRunner
    private let id: RunID
    private let follow: Bool
    private var position: Int
    private var hasReversed = false

    init(runner: SimRunner, id: RunID, cursor: LogCursor?, follow: Bool) {
        self.runner = runner
        self.id = id
        self.follow = follow
        var position = cursor.flatMap { Int($0.rawValue) } ?? 0
        if runner.wrong == .resumesAtStart, !follow { position = 0 }
        if runner.wrong == .followsFromStart, follow { position = 0 }
        self.position = position
    }

    func next() async throws(BackendError) -> [LogLine]? {
        while true {
            try await runner.client.connect()
            if let batch = try batch() { return batch }
            guard follow, try !hasEnded() || runner.wrong == .followsForever else { return nil }
            do {
                try await Task.sleep(for: .milliseconds(10))
            } catch {
                guard runner.wrong == .followsCancelled else {
                    throw BackendError(.cancelled, "The reader of the log was cancelled.")
                }
                await SimRunner.forever()
            }
        }
    }

    private func hasEnded() throws(BackendError) -> Bool {
        guard let run = try run() else { return true }
        // The lines of the last instant are read before the end is reported.
        return SimLife(run).end.addingTimeInterval(0.5) <= runner.client.service.now
    }

    private func run() throws(BackendError) -> SimService.Run? {
        let id = id
        return try runner.client.call { try $0.runs(id).first }
    }

    private func batch() throws(BackendError) -> [LogLine]? {
        let run: SimService.Run?
        do throws(BackendError) {
            run = try self.run()
        } catch {
            if runner.wrong == .logsEmptyOffline { return nil }
            throw error
        }
        guard let run else { return nil }
        let (life, now) = (SimLife(run), runner.client.service.now)
        if life.isFlood { return flood() }
        var lines = life.lines(at: now)
        switch runner.wrong {
        case .followsLate where follow && now < life.end: return nil
        case .losesLastWords: lines = lines.filter { $0.time < life.end }
        case .repeatsAttempts where life.firstEnd.map { now >= $0 } ?? false && position >= lines.count && follow:
            position = 0
        case .stopsAtInvalidText: lines = Array(lines.prefix { $0.text != "\u{FFFD}" })
        case .reversesLines where lines.count > 1 && position == 0: lines.swapAt(0, 1)
        default: break
        }
        let pieces = lines.flatMap { Self.pieces(of: $0.text, runner.wrong == .givesLongPieces ? .max : 65_536) }
        guard position < pieces.count else { return nil }
        let new = pieces[position..<min(pieces.count, position + 100)]
        defer { position += new.count }
        return new.indices.map { index in
            LogLine(
                text: pieces[index].text, cursor: LogCursor(rawValue: "\(index + 1)"),
                continues: pieces[index].continues)
        }
    }

    private func flood() -> [LogLine] {
        let first = position
        position += 100
        return (first..<position).map { LogLine(text: "flood", cursor: LogCursor(rawValue: "\($0 + 1)")) }
    }

    private static func pieces(of text: String, _ size: Int) -> [(text: String, continues: Bool)] {
        guard text.utf8.count > size else { return [(text, false)] }
        let bytes = Array(text.utf8)
        let starts = Array(stride(from: 0, to: bytes.count, by: size))
        return starts.map { start in
            let end = min(bytes.count, start + size)
            return (String(decoding: bytes[start..<end], as: UTF8.self), end < bytes.count)
        }
    }
}
