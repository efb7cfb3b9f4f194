import Testing

import LaunchHost

@Suite struct StopTests {
    let sandbox: Sandbox
    let store: Store
    let id = RunID.random()

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
        try await store.submit(.sample(), as: id)
    }

    @Test func `a waiting run is stopped at once`() async throws {
        let stop = try await store.requestStop(id, graceSeconds: 30)
        #expect(stop.effect == .stopped && stop.run.state == .stopped && stop.run.cause?.code == .userStop)
        #expect(stop.run.endedAt != nil)
        #expect(try await store.claimNext(queues: ["q"], owner: owner("a")) == nil)
        let events = try await store.events(of: id)
        #expect(events.map(\.state) == [.queued, .stopped] && events.last?.cause?.code == .userStop)
        #expect(try await store.requestStop(id, graceSeconds: 1).effect == .alreadyEnded)
        #expect(try await store.events(of: id) == events)
    }

    @Test func `the owner of an active run sees the stop request`() async throws {
        let run = try #require(try await store.claimNext(queues: ["q"], owner: owner("a")))
        try await store.transition(id, token: run.fencingToken, to: .running)
        let first = try await store.requestStop(id, graceSeconds: 30)
        #expect(first.effect == .requested && first.run.state == .running && first.run.stopGraceSeconds == 30)
        #expect(first.run.stopRequestedAt != nil && first.run.endedAt == nil)
        let events = try await store.events(of: id).count
        let second = try await store.requestStop(id, graceSeconds: -5)
        #expect(second.effect == .alreadyRequested && second.run.stopGraceSeconds == 0)
        #expect(try await store.requestStop(id, graceSeconds: 60).run.stopGraceSeconds == 0)
        #expect(second.run.stopRequestedAt == first.run.stopRequestedAt)
        #expect(try await store.events(of: id).count == events)
        try await store.transition(id, token: run.fencingToken, to: .stopped, cause: Cause(.userStop, "stopped"))
        #expect(try await store.run(id).state == .stopped)
    }

    @Test func `a run with a stop request does not return to its queue`() async throws {
        let run = try #require(try await store.claimNext(queues: ["q"], owner: owner("a")))
        _ = try await store.requestStop(id, graceSeconds: 1)
        let released = try await store.release(id, token: run.fencingToken)
        #expect(released.state == .stopped && released.cause?.code == .userStop && released.endedAt != nil)
    }

    @Test func `the event and the end name the user who stopped the run`() async throws {
        let waiting = RunID.random()
        try await store.submit(.sample(), as: waiting)
        let run = try #require(try await store.claimNext(queues: ["q"], owner: owner("a")))
        _ = try await store.requestStop(run.id, by: "ada@desk")
        // A second request does not change the recorded user.
        #expect(try await store.requestStop(run.id, by: "bob@desk").run.stopRequestedBy == "ada@desk")
        #expect(try await store.events(of: run.id).last?.cause?.message == "ada@desk requested a stop of the run.")
        let released = try await store.release(run.id, token: run.fencingToken)
        #expect(released.cause?.message == "Stopped before its container began, as ada@desk asked.")
        let other = run.id == id ? waiting : id
        #expect(
            try await store.requestStop(other, by: "bob@desk").run.cause?.message
                == "Stopped while it waited in the queue, as bob@desk asked.")
        let third = RunID.random()
        try await store.submit(.sample(), as: third)
        #expect(try await store.requestStop(third).run.stopRequestedBy?.hasPrefix("\(SystemUser.name)@") == true)
    }

    @Test func `an unknown run is an error`() async throws {
        #expect(await storeError { _ = try await store.requestStop(.random(), graceSeconds: 1) }?.code == .unknown)
    }
}
