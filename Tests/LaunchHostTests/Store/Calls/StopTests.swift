import Testing

import LaunchHost

@Suite struct StopTests {
    let sandbox: Sandbox
    let store: Store
    let id = RunID.random()

    init() throws {
        sandbox = try Sandbox()
        store = try sandbox.storeWithQueue()
        try store.submit(.sample(), as: id)
    }

    @Test func `a waiting run is stopped at once`() throws {
        let stop = try store.requestStop(id, graceSeconds: 30)
        #expect(stop.effect == .stopped && stop.run.state == .stopped && stop.run.cause?.code == .userStop)
        #expect(stop.run.endedAt != nil)
        #expect(try store.claimNext(queues: ["q"], owner: owner("a")) == nil)
        let events = try store.events(of: id)
        #expect(events.map(\.state) == [.queued, .stopped] && events.last?.cause?.code == .userStop)
        #expect(try store.requestStop(id, graceSeconds: 1).effect == .alreadyEnded)
        #expect(try store.events(of: id) == events)
    }

    @Test func `the owner of an active run sees the stop request`() throws {
        let run = try #require(try store.claimNext(queues: ["q"], owner: owner("a")))
        try store.transition(id, token: run.fencingToken, to: .running)
        let first = try store.requestStop(id, graceSeconds: 30)
        #expect(first.effect == .requested && first.run.state == .running && first.run.stopGraceSeconds == 30)
        #expect(first.run.stopRequestedAt != nil && first.run.endedAt == nil)
        let events = try store.events(of: id).count
        let second = try store.requestStop(id, graceSeconds: -5)
        #expect(second.effect == .alreadyRequested && second.run.stopGraceSeconds == 0)
        #expect(try store.requestStop(id, graceSeconds: 60).run.stopGraceSeconds == 0)
        #expect(second.run.stopRequestedAt == first.run.stopRequestedAt)
        #expect(try store.events(of: id).count == events)
        try store.transition(id, token: run.fencingToken, to: .stopped, cause: Cause(.userStop, "stopped"))
        #expect(try store.run(id).state == .stopped)
    }

    @Test func `a run with a stop request does not return to its queue`() throws {
        let run = try #require(try store.claimNext(queues: ["q"], owner: owner("a")))
        _ = try store.requestStop(id, graceSeconds: 1)
        let released = try store.release(id, token: run.fencingToken)
        #expect(released.state == .stopped && released.cause?.code == .userStop && released.endedAt != nil)
    }

    @Test func `the event and the end name the user who stopped the run`() throws {
        let waiting = RunID.random()
        try store.submit(.sample(), as: waiting)
        let run = try #require(try store.claimNext(queues: ["q"], owner: owner("a")))
        _ = try store.requestStop(run.id, by: "ada@desk")
        // A second request does not change the recorded user.
        #expect(try store.requestStop(run.id, by: "bob@desk").run.stopRequestedBy == "ada@desk")
        #expect(try store.events(of: run.id).last?.cause?.message == "ada@desk requested a stop of the run.")
        let released = try store.release(run.id, token: run.fencingToken)
        #expect(released.cause?.message == "Stopped before its container began, as ada@desk asked.")
        let other = run.id == id ? waiting : id
        #expect(
            try store.requestStop(other, by: "bob@desk").run.cause?.message
                == "Stopped while it waited in the queue, as bob@desk asked.")
        let third = RunID.random()
        try store.submit(.sample(), as: third)
        #expect(try store.requestStop(third).run.stopRequestedBy?.hasPrefix("\(SystemUser.name)@") == true)
    }

    @Test func `an unknown run is an error`() throws {
        #expect(storeError { _ = try store.requestStop(.random(), graceSeconds: 1) }?.code == .unknown)
    }
}
