import LaunchHost
import Synchronization
import TestSupport
import Testing

@testable import Builders

struct SingleFlightTests {
    private static func image(_ number: Int) throws -> PinnedImage {
        let hex = String(repeating: "0", count: 63) + "\(number % 10)"
        return PinnedImage(
            reference: "x", digest: try #require(Digest(rawValue: "sha256:\(hex)")), name: "image \(number)")
    }

    /// Work that waits until it is released, and counts its starts and cancellations.
    private final class Work: Sendable {
        let begun = Mutex(0)
        let cancelled = Mutex(0)
        let end = Mutex(false)

        func body(_ tell: SingleFlight.Progress) async throws(BackendError) -> PinnedImage {
            let number = begun.withLock { count in
                count += 1
                return count
            }
            tell(BuildProgress(.build, "begun"))
            while !end.withLock({ $0 }) {
                if Task.isCancelled {
                    cancelled.withLock { $0 += 1 }
                    throw BackendError(.cancelled, "cancelled")
                }
                await Task.yield()
            }
            do {
                return try SingleFlightTests.image(number)
            } catch {
                throw BackendError(.internalFault, "\(error)")
            }
        }
    }

    private func start(_ flights: SingleFlight, _ key: String, _ work: Work)
        -> Task<PinnedImage, any Error>
    {
        Task {
            try await flights.run(key, progress: { _ in }) { tell throws(BackendError) in
                try await work.body(tell)
            }
        }
    }

    @Test func `concurrent callers of one key share one build; another key is built separately`() async throws {
        let (flights, work) = (SingleFlight(), Work())
        let same = (0..<8).map { _ in start(flights, "a", work) }
        let other = start(flights, "b", work)
        #expect(await eventually { flights.waiting(for: "a") == 8 && work.begun.withLock { $0 } == 2 })
        work.end.withLock { $0 = true }
        var names: Set<String> = []
        for task in same { names.insert(try await task.value.name) }
        _ = try await other.value
        #expect(names.count == 1)
        #expect(work.begun.withLock { $0 } == 2)
    }

    @Test func `a caller that leaves does not end the build`() async throws {
        let (flights, work) = (SingleFlight(), Work())
        let first = start(flights, "a", work)
        #expect(await eventually { work.begun.withLock { $0 } == 1 })
        let second = start(flights, "a", work)
        #expect(await eventually { flights.waiting(for: "a") == 2 })
        first.cancel()
        let error = await #expect(throws: BackendError.self) { _ = try await first.value }
        #expect(error?.category == .cancelled)
        work.end.withLock { $0 = true }
        _ = try await second.value
    }

    @Test func `the last caller that leaves ends the build and waits for it`() async throws {
        let (flights, work) = (SingleFlight(), Work())
        let task = start(flights, "a", work)
        #expect(await eventually { work.begun.withLock { $0 } == 1 })
        task.cancel()
        await #expect(throws: BackendError.self) { _ = try await task.value }
        #expect(work.cancelled.withLock { $0 } == 1)
    }

    @Test func `a cancelled build starts again for the next caller`() async throws {
        let (flights, work) = (SingleFlight(), Work())
        let first = start(flights, "a", work)
        #expect(await eventually { work.begun.withLock { $0 } == 1 })
        first.cancel()
        let second = start(flights, "a", work)
        #expect(await eventually { work.begun.withLock { $0 } == 2 })
        work.end.withLock { $0 = true }
        #expect(try await second.value.name == "image 2")
        await #expect(throws: BackendError.self) { _ = try await first.value }
    }
}
