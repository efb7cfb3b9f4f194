import Foundation
import Testing

import LaunchHost

/// Further attempts of a run at its backend, and the limit of a run's wait for its backend.
@Suite struct AttemptTests {
    let sandbox: Sandbox
    let store: Store
    let run: RunRecord
    let request = RunRequest(runner: "mock", document: .object(["n": .integer(1)]))

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
        try await store.submit(.sample())
        run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
    }

    private var handle: RunHandle { RunHandle(runner: "mock", runID: run.id, fields: ["name": "one"]) }

    private func past(_ number: Int) -> PastAttempt {
        PastAttempt(
            handle: RunHandle(runner: "mock", runID: run.id, fields: ["name": "\(number)"]),
            cause: Cause(.capacity, "none left"), backendStatus: "Failed", startedAt: nil,
            endedAt: Timestamp(Date(timeIntervalSince1970: Double(number))))
    }

    private func begin(_ number: Int) async throws -> RunRecord {
        var next = request
        next.document = .object(["n": .integer(Int64(number))])
        return try await store.beginAttempt(
            run.id, token: run.fencingToken, after: past(number - 1), with: next, message: "attempt \(number)")
    }

    private func runs() async throws {
        try await store.transition(
            run.id, token: run.fencingToken, to: .submitting, changes: RunChanges(request: request))
        try await store.transition(
            run.id, token: run.fencingToken, to: .running,
            changes: RunChanges(handle: handle, backendStatus: "Training"))
    }

    @Test func `the last attempt is recorded, and the next one is stored before it is submitted`() async throws {
        try await runs()
        let second = try await begin(2)
        #expect(second.state == .submitting && second.handle == nil && second.startedAt == nil)
        #expect(second.backendStatus == nil && second.cause == Cause(.capacity, "none left"))
        #expect(second.request?.document == .object(["n": .integer(2)]))
        try await store.transition(
            run.id, token: run.fencingToken, to: .starting, changes: RunChanges(handle: handle))
        let third = try await begin(3)
        #expect(third.pastAttempts == [past(1), past(2)])
        let events = try await store.events(of: run.id)
        #expect(events.last?.state == .submitting && events.last?.message == "attempt 3")
        #expect(events.last?.cause?.code == .capacity)
    }

    @Test func `only the owner of a submitted run without a stop request can begin an attempt`() async throws {
        #expect(await storeError { _ = try await begin(2) }?.code == .refused, "nothing was submitted yet")
        try await runs()
        let stale = await storeError {
            _ = try await store.beginAttempt(
                run.id, token: run.fencingToken + 1, after: past(1), with: request, message: "x")
        }
        #expect(stale?.code == .stale)
        _ = try await store.requestStop(run.id)
        #expect(await storeError { _ = try await begin(2) }?.code == .refused, "a stop was requested")
        try await store.transition(run.id, token: run.fencingToken, to: .stopping)
        #expect(await storeError { _ = try await begin(2) }?.code == .refused)
        try await store.transition(run.id, token: run.fencingToken, to: .stopped)
        #expect(await storeError { _ = try await begin(2) }?.code == .refused)
        #expect(try await store.run(run.id).pastAttempts == nil)
    }

    @Test(.enabled(if: Sandbox.isSQLite, "a server has its own clock"))
    func `the wait begins once and ends when the backend accepts the run`() async throws {
        let time = Shared(Date(timeIntervalSince1970: 1000))
        let store = try sandbox.store(now: { time.with { $0 } })
        let first = try await store.requeue(run.id, token: run.fencingToken, cause: Cause(.quota, "0 of 0"))
        #expect(first.waitingSince?.date == Date(timeIntervalSince1970: 1000) && first.attempts == 1)
        #expect(first.cause?.code == .quota && first.state == .queued)
        time.with { $0 = Date(timeIntervalSince1970: 2000) }
        let claimed = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
        let second = try await store.requeue(claimed.id, token: claimed.fencingToken, cause: Cause(.quota, "0 of 0"))
        #expect(second.waitingSince == first.waitingSince && second.attempts == 2)
        let third = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
        try await store.transition(
            third.id, token: third.fencingToken, to: .submitting, changes: RunChanges(request: request))
        #expect(try await store.run(third.id).waitingSince == first.waitingSince)
        let taken = try await store.transition(
            third.id, token: third.fencingToken, to: .starting, changes: RunChanges(handle: handle))
        #expect(taken.waitingSince == nil)
    }
}
