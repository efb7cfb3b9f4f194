internal import Foundation
internal import LaunchPluginKit

/// Reads a run's log from a position. A cursor is the number of bytes before it.
actor ProcessLog {
    private let run: ProcessFolder
    private let follow: Bool
    private let wait: Duration
    private var position: UInt64

    init(_ run: ProcessFolder, from cursor: LogCursor?, follow: Bool, wait: Duration) {
        self.run = run
        self.follow = follow
        self.wait = wait
        position = cursor.flatMap { UInt64($0.rawValue) } ?? 0
    }

    func next() async throws(BackendError) -> [LogLine]? {
        while true {
            // Check before reading: the log of a process that has ended is complete.
            let isAlive = run.isAlive
            let lines = lines(in: try read(), isWhole: !isAlive)
            if !lines.isEmpty { return lines }
            guard follow, isAlive else { return nil }
            do {
                try await Task.sleep(for: wait)
            } catch {
                throw BackendError(.cancelled, "The log is no longer read.")
            }
        }
    }

    private func read() throws(BackendError) -> Data {
        guard run.has(.log) else { return Data() }
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: run[.log]))
            defer { try? file.close() }
            try file.seek(toOffset: position)
            return try file.read(upToCount: 1 << 18) ?? Data()
        } catch {
            throw BackendError(.internalFault, "\(run[.log]) cannot be read: \(error).")
        }
    }

    /// The lines of a block. An incomplete last line is left for the next read, unless the process has ended. A package
    /// of its own sees only LaunchPluginKit, so this is written out here.
    private func lines(in block: Data, isWhole: Bool) -> [LogLine] {
        var lines: [LogLine] = []
        var rest = block[...]
        while !rest.isEmpty {
            let piece: Data
            var continues = false
            if let end = rest.prefix(Self.longest + 1).firstIndex(of: UInt8(ascii: "\n")) {
                piece = rest[..<end]
                rest = rest[(end + 1)...]
                position += 1
            } else if rest.count > Self.longest {
                piece = Self.characters(rest.prefix(Self.longest))
                rest = rest[piece.endIndex...]
                continues = true
            } else if isWhole, block.count < 1 << 18 {
                piece = rest
                rest = Data()
            } else {
                break
            }
            position += UInt64(piece.count)
            lines.append(
                LogLine(
                    text: String(decoding: piece, as: UTF8.self), cursor: LogCursor(rawValue: String(position)),
                    continues: continues))
        }
        return lines
    }

    /// An invalid byte becomes a replacement character of three bytes, and a piece must be smaller than 64 KiB.
    private static let longest = 21_000

    /// The bytes without an incomplete character at their end.
    private static func characters(_ bytes: Data) -> Data {
        let start = bytes.suffix(4).lastIndex { $0 & 0b1100_0000 != 0b1000_0000 }
        guard let start, bytes[start] >= 0b1100_0000, start > bytes.startIndex else { return bytes }
        return bytes[..<start]
    }
}
