import LaunchConcurrency
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct SingleFlightTests {
    private enum Failure: Error, Equatable {
        case cancelled
        case failed
    }

    private typealias Flights = SingleFlight<String, String, Int, Failure>

    /// Work that waits until it is released, and counts its starts and cancellations. Its value is the number of the
    /// start.
    private final class Work: Sendable {
        let begun = Shared(0)
        let cancelled = Shared(0)
        let end = Shared(false)

        func body(_ report: Flights.Report) async throws(Failure) -> Int {
            let number = begun.change {
                $0 += 1
                return $0
            }
            report("begun \(number)")
            while !end.value {
                if Task.isCancelled {
                    cancelled.change { $0 += 1 }
                    throw .cancelled
                }
                await Task.yield()
            }
            report("ends")
            return number
        }
    }

    private func start(
        _ flights: Flights, _ key: String, _ work: Work, report: @escaping Flights.Report = { _ in }
    ) -> Task<Int, any Error> {
        Task {
            try await flights.run(key, orThrow: .cancelled, report: report) { report throws(Failure) in
                try await work.body(report)
            }
        }
    }

    @Test func `concurrent callers of one key share one call; another key has its own`() async throws {
        let (flights, work) = (Flights(), Work())
        let same = (0..<1000).map { _ in start(flights, "a", work) }
        let other = start(flights, "b", work)
        #expect(await eventually { flights.waiting(for: "a") == 1000 && work.begun.value == 2 })
        work.end.change { $0 = true }
        var values: Set<Int> = []
        for task in same { values.insert(try await task.value) }
        values.insert(try await other.value)
        #expect(values == [1, 2])
        #expect(work.begun.value == 2)
        #expect(flights.waiting(for: "a") == 0)
    }

    @Test func `all callers get the progress from the moment they join`() async throws {
        let (flights, work) = (Flights(), Work())
        let (early, late) = (Names(), Names())
        let first = start(flights, "a", work) { early.add($0) }
        #expect(await eventually { early.all == ["begun 1"] })
        let second = start(flights, "a", work) { late.add($0) }
        #expect(await eventually { flights.waiting(for: "a") == 2 })
        work.end.change { $0 = true }
        _ = (try await first.value, try await second.value)
        #expect(early.all == ["begun 1", "ends"])
        #expect(late.all == ["ends"])
    }

    @Test func `a caller that leaves does not end the call`() async throws {
        let (flights, work) = (Flights(), Work())
        let first = start(flights, "a", work)
        #expect(await eventually { work.begun.value == 1 })
        let second = start(flights, "a", work)
        #expect(await eventually { flights.waiting(for: "a") == 2 })
        first.cancel()
        await #expect(throws: Failure.cancelled) { _ = try await first.value }
        work.end.change { $0 = true }
        #expect(try await second.value == 1)
        #expect(work.cancelled.value == 0)
    }

    @Test func `the last caller that leaves ends the call and waits for it`() async throws {
        let (flights, work) = (Flights(), Work())
        let task = start(flights, "a", work)
        #expect(await eventually { work.begun.value == 1 })
        task.cancel()
        await #expect(throws: Failure.cancelled) { _ = try await task.value }
        #expect(work.cancelled.value == 1)
    }

    @Test func `a cancelled call starts again for the next caller`() async throws {
        let (flights, work) = (Flights(), Work())
        let first = start(flights, "a", work)
        #expect(await eventually { work.begun.value == 1 })
        first.cancel()
        let second = start(flights, "a", work)
        #expect(await eventually { work.begun.value == 2 })
        work.end.change { $0 = true }
        #expect(try await second.value == 2)
        await #expect(throws: Failure.self) { _ = try await first.value }
    }

    @Test func `a failure reaches all callers, and is not kept`() async throws {
        let flights = Flights()
        let gate = SingleValueFuture<Void>()
        let failing = (0..<3).map { _ in
            Task {
                try await flights.run("a", orThrow: .cancelled) { _ throws(Failure) in
                    await gate.value
                    throw .failed
                }
            }
        }
        #expect(await eventually { flights.waiting(for: "a") == 3 })
        gate.set(())
        for task in failing { await #expect(throws: Failure.failed) { try await task.value } }
        #expect(try await flights.run("a", orThrow: .cancelled) { _ throws(Failure) in 7 } == 7)
    }
}
