/// The state of a queue for a monitor.
package struct QueueSample: Sendable, Hashable {
    /// The most queues that one call returns.
    package static let mostQueues = 100

    /// The name of the queue.
    package var name: String
    /// Whether it is paused.
    package var isPaused: Bool
    /// The number of its runs in each state.
    package var counts: StateCounts
    /// When the oldest run that waits was submitted; nil if none waits.
    package var oldestWaiting: Timestamp?
}

/// The state of a store for a monitor.
package struct StoreSample: Sendable, Hashable {
    /// The first queues by name.
    package var queues: [QueueSample]
    /// The runs of further queues, and of queues that were deleted.
    package var others = StateCounts()
    /// The runs without a queue.
    package var loose = StateCounts()
    /// The time of the sample, by the clock of the store.
    package var time: Timestamp
}

extension Store {
    /// The state of the store. It reads counters and one row for each queue, so its cost does not grow with the number
    /// of runs.
    /// - Throws: `StoreError` if the database cannot be read.
    package func sample() async throws(StoreError) -> StoreSample {
        try await database.read { connection throws(StoreError) in
            let queues = try connection.rows(
                """
                SELECT name, paused, (SELECT submitted_at FROM runs INDEXED BY runs_by_queue
                    WHERE queue = queues.name AND state = 'queued' ORDER BY sequence LIMIT 1) AS oldest
                FROM queues ORDER BY name LIMIT \(QueueSample.mostQueues)
                """
            ) { row throws(StoreError) in
                QueueSample(
                    name: try row.text("name"), isPaused: try row.flag("paused"), counts: StateCounts(),
                    oldestWaiting: row.optionalTime("oldest"))
            }
            let places = Dictionary(uniqueKeysWithValues: queues.enumerated().map { ($1.name, $0) })
            var sample = StoreSample(queues: queues, time: try connection.now)
            let counted = try connection.rows(
                "SELECT queue, state, sum(runs) AS n FROM run_counts GROUP BY queue, state HAVING sum(runs) > 0"
            ) { row throws(StoreError) -> (String, RunState, Int) in
                var values = StoredValues(row)
                return (try row.text("queue"), values.state(), Int(clamping: try row.integer("n")))
            }
            for (queue, state, count) in counted {
                if let place = places[queue] {
                    sample.queues[place].counts.add(count, state)
                } else if queue.isEmpty {
                    sample.loose.add(count, state)
                } else {
                    sample.others.add(count, state)
                }
            }
            return sample
        }
    }
}

extension StateCounts {
    fileprivate mutating func add(_ count: Int, _ state: RunState) { self[state] = self[state].saturatingAdding(count) }
}
