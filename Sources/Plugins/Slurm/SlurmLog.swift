internal import Foundation
internal import LaunchLines
internal import LaunchPluginKit

/// Reads a run's log from a position. A cursor is the number of bytes before it. All attempts of a job append to one
/// file, so a cursor stays valid.
actor SlurmLog {
    private let path: @Sendable () throws(BackendError) -> String
    private let follow: Bool
    private let hasEnded: @Sendable (Int) async throws(BackendError) -> Bool
    private var position: UInt64
    /// Whether the file is complete. Nothing is asked again before the next wait.
    private var isWhole = false
    private var hasAsked = false
    private var waits = 0

    /// - Parameter hasEnded: whether the run has ended; it gets the number of waits, for costly checks.
    init(
        path: @escaping @Sendable () throws(BackendError) -> String, from cursor: LogCursor?, follow: Bool,
        hasEnded: @escaping @Sendable (Int) async throws(BackendError) -> Bool
    ) {
        self.path = path
        self.follow = follow
        self.hasEnded = hasEnded
        position = cursor.flatMap { UInt64($0.rawValue) } ?? 0
    }

    func next() async throws(BackendError) -> [LogLine]? {
        while true {
            // Check before reading: the log of a job that has ended is complete.
            if !hasAsked { isWhole = try await hasEnded(waits) }
            hasAsked = true
            let lines = lines(in: try read())
            if !lines.isEmpty { return lines }
            guard follow, !isWhole else { return nil }
            (waits, hasAsked) = (waits + 1, false)
            do {
                try await Task.sleep(for: .seconds(1))
            } catch {
                throw BackendError(.cancelled, "Reading the log was cancelled.")
            }
        }
    }

    /// The file is opened for each read: a network file system then shows what the nodes have written.
    private func read() throws(BackendError) -> Data {
        let path = try path()
        guard FileManager.default.fileExists(atPath: path) else { return Data() }
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            try file.seek(toOffset: position)
            return try file.read(upToCount: Self.block) ?? Data()
        } catch {
            throw BackendError(.transient, "\(path) cannot be read: \(error).")
        }
    }

    /// The lines of a block. An incomplete last line is left for the next read, unless the job has ended.
    private func lines(in block: Data) -> [LogLine] {
        var lines: [LogLine] = []
        var buffer = LineBuffer(limit: Self.longest)
        func give(_ piece: LineBuffer.Piece) {
            position += UInt64(piece.length)
            let cursor = LogCursor(rawValue: String(position))
            lines.append(LogLine(text: piece.text, cursor: cursor, continues: piece.continues))
        }
        buffer.append(block)
        while let piece = buffer.next() { give(piece) }
        if isWhole, block.count < Self.block, let rest = buffer.finish() { give(rest) }
        return lines
    }

    private static let block = 1 << 18
    /// An invalid byte becomes a replacement character of three bytes, and a piece must be smaller than 64 KiB.
    private static let longest = 21_000
}
