internal import LaunchPluginKit
internal import Synchronization

/// Shares one build of each key among concurrent callers. All callers get its image and its progress.
///
/// A cancelled caller leaves the build to the others. The last caller that leaves cancels the build, and waits until it
/// has ended.
final class SingleFlight: Sendable {
    typealias Progress = @Sendable (BuildProgress) -> Void

    private final class Flight: Sendable {
        struct Passenger {
            var continuation: CheckedContinuation<Result<PinnedImage, BackendError>, Never>
            var progress: Progress
        }

        struct State {
            var passengers: [Int: Passenger] = [:]
            var boarded = 0
            var task: Task<Void, Never>?
            var isOver = false
        }

        let state = Mutex(State())

        func tell(_ progress: BuildProgress) {
            for listener in state.withLock({ $0.passengers.values.map(\.progress) }) { listener(progress) }
        }
    }

    private let flights = Mutex<[String: Flight]>([:])

    func run(
        _ key: String, progress: @escaping Progress,
        _ body: @escaping @Sendable (@escaping Progress) async throws(BackendError) -> PinnedImage
    ) async throws(BackendError) -> PinnedImage {
        let seat = Mutex<(flight: Flight, number: Int)?>(nil)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let boarded = board(key, .init(continuation: continuation, progress: progress), body)
                seat.withLock { $0 = boarded }
                // The cancellation handler may have run before `seat` was set.
                if Task.isCancelled { leave(key, boarded.flight, boarded.number) }
            }
        } onCancel: {
            if let taken = seat.withLock({ $0 }) { leave(key, taken.flight, taken.number) }
        }
        return try result.get()
    }

    /// The number of callers that wait for the key.
    func waiting(for key: String) -> Int {
        flights.withLock { $0[key] }?.state.withLock(\.passengers.count) ?? 0
    }

    private func board(
        _ key: String, _ passenger: Flight.Passenger,
        _ body: @escaping @Sendable (@escaping Progress) async throws(BackendError) -> PinnedImage
    ) -> (flight: Flight, number: Int) {
        flights.withLock { flights in
            let flight = flights[key] ?? Flight()
            flights[key] = flight
            let number = flight.state.withLock { state in
                state.boarded += 1
                state.passengers[state.boarded] = passenger
                if state.task == nil {
                    state.task = Task { await self.fly(key, flight, body) }
                }
                return state.boarded
            }
            return (flight, number)
        }
    }

    private func fly(
        _ key: String, _ flight: Flight,
        _ body: @Sendable (@escaping Progress) async throws(BackendError) -> PinnedImage
    ) async {
        let result: Result<PinnedImage, BackendError>
        do throws(BackendError) {
            result = .success(try await body { flight.tell($0) })
        } catch {
            result = .failure(error)
        }
        flights.withLock { if $0[key] === flight { $0[key] = nil } }
        let passengers = flight.state.withLock { state in
            state.isOver = true
            defer { state.passengers = [:] }
            return Array(state.passengers.values)
        }
        for passenger in passengers { passenger.continuation.resume(returning: result) }
    }

    private func leave(_ key: String, _ flight: Flight, _ number: Int) {
        // Locks the table first, as `board` does, so that no caller joins a build that is being cancelled.
        let leaving = flights.withLock { flights -> Flight.Passenger? in
            let (leaving, task) = flight.state.withLock { state -> (Flight.Passenger?, Task<Void, Never>?) in
                guard !state.isOver, state.passengers[number] != nil else { return (nil, nil) }
                if state.passengers.count == 1 { return (nil, state.task) }
                return (state.passengers.removeValue(forKey: number), nil)
            }
            if let task {
                if flights[key] === flight { flights[key] = nil }
                task.cancel()
            }
            return leaving
        }
        leaving?.continuation.resume(returning: .failure(BackendError(.cancelled, "The build was cancelled.")))
    }
}
