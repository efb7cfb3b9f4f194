internal import FoundationEssentials
internal import LaunchCore

/// Reads a log once, from a cursor or from its beginning. At most one page of events is in memory.
///
/// It carries out what `LogReading` decides, and decides nothing.
public actor CloudWatchLogReader {
    private let log: CloudWatchLog
    private var reading: LogReading

    /// - Parameters:
    ///   - cursor: the position of the last line that was read before; nil reads from the beginning.
    ///   - follow: waits for new lines, retries temporary errors, and ends when the last part has ended and its last
    ///     lines have arrived. Without it, reading ends after the lines that exist now.
    /// - Throws: `invalid` if the cursor is of another log.
    public init(_ log: CloudWatchLog, from cursor: String?, follow: Bool) throws(AWSError) {
        self.log = log
        reading = LogReading(from: try cursor.map { cursor throws(AWSError) in try LogMark(cursor) }, follow: follow)
    }

    /// The next lines, at least one; nil at the end.
    /// - Throws: errors of the log's functions and of CloudWatch, and `cancelled`. If the reader follows, not those
    ///   that pass.
    public func next() async throws(AWSError) -> [CloudWatchLog.Line]? {
        var event = LogReading.Event.wanted
        while true {
            switch reading.receive(event, at: log.clock.now()) {
            case .give(let lines): return lines
            case .finish: return nil
            case .fail(let error): throw log.explained(error)
            case .askPart(let position): event = await answer(position)
            case .askEnd(let part): event = await answer(part)
            case .read(let query): event = await page(query)
            case .rest(let duration):
                try await sleep(duration)
                event = .rested
            }
        }
    }

    private func answer(_ position: CloudWatchLog.Position) async -> LogReading.Event {
        do throws(AWSError) {
            return .part(try await log.part(position))
        } catch {
            return .partUnknown(error)
        }
    }

    private func answer(_ part: CloudWatchLog.Part) async -> LogReading.Event {
        do throws(AWSError) {
            return .end(try await log.ended(part))
        } catch {
            return .endUnknown(error)
        }
    }

    private func page(_ query: LogReading.Query) async -> LogReading.Event {
        do throws(AWSError) {
            return .page(try await log.page(query))
        } catch {
            return .pageFailed(error)
        }
    }

    private func sleep(_ duration: Duration) async throws(AWSError) {
        do {
            try await log.clock.sleep(duration)
        } catch {
            throw AWSError(.cancelled, "Reading the log of \(log.subject) was cancelled.")
        }
    }
}
