internal import Dispatch
import Synchronization

/// A database that any task may use: one connection, and a queue of calls that runs on a thread of its own, so that no
/// call blocks a thread of Swift's pool.
///
/// Writes that wait at the same time are committed together, because most of a small commit's time is the disk's. A
/// call is still a transaction of its own: it is complete when it returns, and without effect if it throws.
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

    private struct Waiting {
        var calls: [Call] = []
        var isServed = false
    }

    /// The maximum number of calls that are committed together. It bounds what one failed commit repeats.
    static let largestGroup = 64

    /// The name of the database for messages.
    let path: String
    private let connection: Mutex<any Connection>
    private let waiting = Mutex(Waiting())
    private let queue = DispatchQueue(label: "launch.store")
    private let notify: @Sendable () -> Void
    private let patience: StorePatience?

    /// - Parameters:
    ///   - patience: repeats reads while the database is away; nil lets them fail.
    ///   - notify: runs after a commit that changes something that others react to.
    init(
        _ connection: sending any Connection, patience: StorePatience? = nil,
        notify: @escaping @Sendable () -> Void = {}
    ) {
        path = connection.path
        self.patience = patience
        self.connection = Mutex(connection)
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
        let mustStart = waiting.withLock { waiting in
            waiting.calls.append(call)
            defer { waiting.isServed = true }
            return !waiting.isServed
        }
        if mustStart { queue.async { self.serve() } }
    }

    private func serve() {
        while true {
            let calls = waiting.withLock { waiting in
                let group = Array(waiting.calls.prefix(Self.largestGroup))
                waiting.calls.removeFirst(group.count)
                if group.isEmpty { waiting.isServed = false }
                return group
            }
            if calls.isEmpty { return }
            connection.withLock { connection in
                let held = connection
                for call in calls where !call.isWrite { call.run(held).deliver() }
                commit(calls.filter(\.isWrite), held)
            }
        }
    }

    private func commit(_ calls: [Call], _ connection: any Connection) {
        guard calls.count > 1 else {
            if let call = calls.first { commitAlone(call, connection) }
            return
        }
        do throws(StoreError) {
            let outcomes = try connection.transaction { () throws(StoreError) in
                try calls.map { call throws(StoreError) in try runInGroup(call, connection) }
            }
            finish(outcomes, isNotified: zip(calls, outcomes).contains { $0.isNotified && $1.error == nil })
        } catch {
            // The error of a group, such as a full disk, says nothing about a single call. But no call is repeated that
            // may have been committed, and none waits again for a server that does not answer.
            for call in calls {
                if [.inDoubt, .unreachable, .unknownHost].contains(error.code) {
                    call.fail(error)
                } else {
                    commitAlone(call, connection)
                }
            }
        }
    }

    private func runInGroup(_ call: Call, _ connection: any Connection) throws(StoreError) -> Outcome {
        try connection.run("SAVEPOINT one_call")
        let outcome = call.run(connection)
        if outcome.error != nil { try connection.run("ROLLBACK TO one_call") }
        try connection.run("RELEASE one_call")
        return outcome
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
