internal import Dispatch
import Synchronization

/// A database that any task may use: a few connections, and a queue of calls, which run on threads of their own, so that
/// no call blocks a thread of Swift's pool.
///
/// Writes that wait at the same time are committed together, because most of a small commit's time is the disk's. A
/// call is still a transaction of its own: it is complete when it returns, and without effect if it throws. Calls that
/// wait at the same time have no order.
final class Database: Sendable {
    /// A read or a write that waits for its turn.
    private struct Call: Sendable {
        let isWrite: Bool
        let isNotified: Bool
        let run: @Sendable (any Connection) -> Outcome
        /// Resumes the caller with an error that is not its call's own.
        let fail: @Sendable (StoreError) -> Void
    }

    /// The result of a call, which is delivered after the commit.
    private struct Outcome {
        /// Why the call failed by itself.
        let error: StoreError?
        /// Resumes the caller with the result.
        let deliver: () -> Void
    }

    /// A connection, for one thread at a time.
    private final class Seat: Sendable {
        let connection: Mutex<any Connection>

        init(_ connection: sending any Connection) { self.connection = Mutex(connection) }
    }

    private struct Waiting {
        var calls: [Call] = []
        /// The seats without work; the last one is used next.
        var free: [Int]

        /// Takes a group of calls for a seat; the seat is free if there is none.
        mutating func take(for seat: Int) -> [Call] {
            let group = Array(calls.prefix(Database.largestGroup))
            calls.removeFirst(group.count)
            if group.isEmpty { free.append(seat) }
            return group
        }
    }

    /// The maximum number of calls that are committed together. It bounds what one failed commit repeats.
    static let largestGroup = 64

    /// The name of the database for messages.
    let path: String
    private let seats: [Seat]
    private let waiting: Mutex<Waiting>
    private let queue = DispatchQueue(label: "launch.store", attributes: .concurrent)
    private let notify: @Sendable () -> Void
    private let patience: StorePatience?

    /// - Parameters:
    ///   - count: the number of connections. Calls use the first one, and another one only while the others are in use.
    ///   - patience: repeats reads while the database is away; nil lets them fail.
    ///   - notify: runs after a commit that changes something that others react to.
    ///   - make: makes a connection.
    init(
        connections count: Int = 1, patience: StorePatience? = nil, notify: @escaping @Sendable () -> Void = {},
        _ make: () throws(StoreError) -> sending any Connection
    ) throws(StoreError) {
        var seats: [Seat] = []
        for _ in 0..<count { seats.append(Seat(try make())) }
        self.seats = seats
        path = seats.first?.connection.withLock { $0.path } ?? ""
        waiting = Mutex(Waiting(free: Array(seats.indices.reversed())))
        self.patience = patience
        self.notify = notify
    }

    /// The number of calls that wait for their turn, for tests.
    var waitingCalls: Int { waiting.withLock { $0.calls.count } }

    /// Runs several statements that only read; each sees the latest commit.
    func read<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        guard let patience else { return try await call(isWrite: false, isNotified: false, body) }
        return try await patience.insisting { (error: StoreError) in
            error.temporaryMessage
        } _: { () async throws(StoreError) in
            try await call(isWrite: false, isNotified: false, body)
        }
    }

    /// Runs a write transaction: all of `body` or nothing.
    /// - Parameter isNotified: whether listeners are notified after the commit.
    @discardableResult
    func write<T: Sendable>(
        isNotified: Bool = true, _ body: @escaping @Sendable (any Connection) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        try await call(isWrite: true, isNotified: isNotified, body)
    }

    /// Runs a write without suspending, for a deinitializer.
    /// - Parameter done: runs when the write is committed or has failed.
    func post(
        _ body: @escaping @Sendable (any Connection) throws(StoreError) -> Void, done: @escaping @Sendable () -> Void
    ) {
        let run: @Sendable (any Connection) -> Outcome = { connection in
            do throws(StoreError) {
                try body(connection)
                return Outcome(error: nil, deliver: done)
            } catch {
                return Outcome(error: error, deliver: done)
            }
        }
        enqueue(Call(isWrite: true, isNotified: true, run: run, fail: { _ in done() }))
    }

    private func call<T: Sendable>(
        isWrite: Bool, isNotified: Bool, _ body: @escaping @Sendable (any Connection) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        try await withCheckedContinuation { (continuation: CheckedContinuation<Result<T, StoreError>, Never>) in
            enqueue(
                Call(
                    isWrite: isWrite, isNotified: isNotified,
                    run: { connection in
                        do throws(StoreError) {
                            let value = try body(connection)
                            return Outcome(error: nil) { continuation.resume(returning: .success(value)) }
                        } catch {
                            return Outcome(error: error) { continuation.resume(returning: .failure(error)) }
                        }
                    },
                    fail: { continuation.resume(returning: .failure($0)) }))
        }.get()
    }

    private func enqueue(_ call: Call) {
        let seat = waiting.withLock { waiting in
            waiting.calls.append(call)
            return waiting.free.popLast()
        }
        if let seat { queue.async { self.serve(seat) } }
    }

    private func serve(_ number: Int) {
        let seat = seats[number]
        while true {
            let calls = waiting.withLock { $0.take(for: number) }
            if calls.isEmpty { return }
            seat.connection.withLock { connection in
                let held = connection
                for call in calls where !call.isWrite { call.run(held).deliver() }
                commit(calls.filter(\.isWrite), held)
            }
        }
    }

    /// Commits the calls together. A call that fails undoes the group; the others are repeated without it. That is rare,
    /// and savepoints for each call would be a third of all statements.
    private func commit(_ calls: [Call], _ connection: any Connection) {
        var group = calls
        var failed: [Call] = []
        while group.count > 1 {
            var failure: Int?
            do throws(StoreError) {
                let outcomes = try connection.transaction { () throws(StoreError) in
                    try group.enumerated().map { index, call throws(StoreError) in
                        let outcome = call.run(connection)
                        if let error = outcome.error {
                            failure = index
                            throw error
                        }
                        return outcome
                    }
                }
                finish(outcomes, isNotified: group.contains(where: \.isNotified))
                group = []
            } catch {
                if [.inDoubt, .unreachable, .unknownHost].contains(error.code) {
                    // No call is repeated that may have been committed, and none waits again for a server that does not
                    // answer.
                    for call in group + failed { call.fail(error) }
                    return
                }
                if let failure {
                    failed.append(group.remove(at: failure))
                } else {
                    // The error of a group, such as a full disk, says nothing about a single call.
                    failed += group
                    group = []
                }
            }
        }
        for call in group + failed { commitAlone(call, connection) }
    }

    private func commitAlone(_ call: Call, _ connection: any Connection) {
        do throws(StoreError) {
            try connection.begin()
            let outcome = call.run(connection)
            if outcome.error == nil { try connection.commit() } else { connection.rollBack() }
            finish([outcome], isNotified: call.isNotified && outcome.error == nil)
        } catch {
            connection.rollBack()
            call.fail(error)
        }
    }

    private func finish(_ outcomes: [Outcome], isNotified: Bool) {
        if isNotified { notify() }
        for outcome in outcomes { outcome.deliver() }
    }
}
