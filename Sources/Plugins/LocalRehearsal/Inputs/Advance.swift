internal import LaunchPluginKit
internal import Synchronization

/// Converts cumulative progress to increments.
final class Advance: Sendable {
    private let reached = Mutex<Int64>(0)
    private let report: @Sendable (Int64) -> Void

    init(_ report: @escaping @Sendable (Int64) -> Void) {
        self.report = report
    }

    func reach(_ done: Int64) {
        let more = reached.withLock { reached in
            defer { reached = max(reached, done) }
            return max(0, done - reached)
        }
        if more > 0 { report(more) }
    }
}

/// Sums the progress of several tasks.
final class Sum: Sendable {
    private let total = Mutex<Int64>(0)
    private let report: @Sendable (Int64) -> Void

    init(_ report: @escaping @Sendable (Int64) -> Void) {
        self.report = report
    }

    func add(_ more: Int64) {
        report(
            total.withLock { total in
                total = total.saturatingAdding(more)
                return total
            })
    }
}
