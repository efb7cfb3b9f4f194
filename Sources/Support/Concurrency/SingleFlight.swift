internal import Synchronization

/// Shares one call for each key among concurrent callers. All callers get its result and its progress.
///
/// A cancelled caller leaves the call to the others. The last caller that is cancelled cancels the call, and waits
/// until it has ended.
public final class SingleFlight<Key: Hashable & Sendable, Progress: Sendable, Value: Sendable, Failure: Error>:
    Sendable
{
    /// Receives the progress of a call.
    public typealias Report = @Sendable (Progress) -> Void
    /// The work of a call, which reports its progress.
    public typealias Body = @Sendable (@escaping Report) async throws(Failure) -> Value

    private struct Caller {
        let future = SingleValueFuture<Result<Value, Failure>>()
        let report: Report
    }

    private struct Flight {
        let key: Key
        var callers: [UInt64: Caller] = [:]
        var task: Task<Void, Never>?
    }

    private struct State {
        /// The running calls, those that are being cancelled included.
        var flights: [UInt64: Flight] = [:]
        /// The call that a new caller of a key joins.
        var current: [Key: UInt64] = [:]
        var lastNumber: UInt64 = 0

        mutating func newNumber() -> UInt64 {
            lastNumber += 1
            return lastNumber
        }

        /// New callers of the key start another call.
        mutating func close(_ number: UInt64) {
            guard let key = flights[number]?.key, current[key] == number else { return }
            current[key] = nil
        }
    }

    private let state = Mutex(State())

    /// A table without calls.
    public init() {}

    /// The number of callers that wait for the key.
    public func waiting(for key: Key) -> Int {
        state.withLock { state in state.current[key].flatMap { state.flights[$0]?.callers.count } ?? 0 }
    }

    /// The result of the running call of the key, or of `body` if there is none.
    /// - Throws: `cancelled` if the task is cancelled while others wait for the same call, or what the call throws.
    public func run(
        _ key: Key, orThrow cancelled: Failure, report: @escaping Report = { _ in }, _ body: @escaping Body
    ) async throws(Failure) -> Value {
        let caller = Caller(report: report)
        let (flight, number) = join(key, caller, body)
        let result = await withTaskCancellationHandler {
            await caller.future.value
        } onCancel: {
            leave(flight, number, cancelled)
        }
        return try result.get()
    }

    private func join(_ key: Key, _ caller: Caller, _ body: @escaping Body) -> (flight: UInt64, caller: UInt64) {
        state.withLock { state in
            let caller = (number: state.newNumber(), value: caller)
            if let flight = state.current[key] {
                state.flights[flight]?.callers[caller.number] = caller.value
                return (flight, caller.number)
            }
            let flight = state.newNumber()
            let task = Task { await call(body, flight) }
            state.flights[flight] = Flight(key: key, callers: [caller.number: caller.value], task: task)
            state.current[key] = flight
            return (flight, caller.number)
        }
    }

    private func call(_ body: Body, _ flight: UInt64) async {
        let result: Result<Value, Failure>
        do throws(Failure) {
            result = .success(
                try await body { progress in
                    let callers = self.state.withLock { $0.flights[flight]?.callers ?? [:] }
                    for caller in callers.values { caller.report(progress) }
                })
        } catch {
            result = .failure(error)
        }
        let callers = state.withLock { state in
            state.close(flight)
            return state.flights.removeValue(forKey: flight)?.callers ?? [:]
        }
        for caller in callers.values { caller.future.set(result) }
    }

    private func leave(_ flight: UInt64, _ caller: UInt64, _ error: Failure) {
        let (leaving, task) = state.withLock { state -> (Caller?, Task<Void, Never>?) in
            guard let found = state.flights[flight], found.callers[caller] != nil else { return (nil, nil) }
            guard found.callers.count == 1 else {
                return (state.flights[flight]?.callers.removeValue(forKey: caller), nil)
            }
            // In the same step, so that no caller joins a call that is being cancelled.
            state.close(flight)
            return (nil, found.task)
        }
        task?.cancel()
        leaving?.future.set(.failure(error))
    }
}
