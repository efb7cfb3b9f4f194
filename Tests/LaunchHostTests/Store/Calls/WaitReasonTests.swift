import Foundation
import Testing

import LaunchHost

/// The reason why a run waits, as `launch status`, `wait` and `logs` report it.
@Suite struct WaitReasonTests {
    let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    private func reason(_ id: RunID, _ store: Store) throws -> String? {
        try store.waitReason(of: try store.run(id))
    }

    @Test func `a queued run names the reason for its wait`() throws {
        let store = try sandbox.storeWithQueue()
        let first = try store.submit(.sample()).id
        #expect(try reason(first, store) == "no agent serves queue 'q'; 'launch agent -q q' starts one")
        let other = try store.becomeOwner(kind: "agent", queues: ["other"])
        #expect(try reason(first, store)?.hasPrefix("no agent serves") == true)
        let agent = try store.becomeOwner(kind: "agent", queues: ["q"])
        #expect(try reason(first, store) == nil)
        let urgent = try store.submit(.sample(priority: .high)).id
        #expect(try reason(first, store) == "1 run of queue 'q' before it")
        #expect(try reason(urgent, store) == nil)
        _ = try store.claimNext(queues: ["q"], owner: agent.id)
        #expect(try reason(first, store) == "the agents of queue 'q' hold 1 run, up to their 'max_jobs'")
        _ = try store.setPaused(true, queue: "q")
        #expect(try reason(first, store) == "queue 'q' is paused; 'launch queue resume q' resumes it")
        _ = other
    }

    @Test func `a run that is retried names the failure and the time of the retry`() throws {
        let store = try sandbox.storeWithQueue()
        let id = try store.submit(.sample()).id
        var agent: OwnerLock? = try store.becomeOwner(kind: "agent", queues: ["q"])
        let name = try #require(agent?.id)
        let run = try #require(try store.claimNext(queues: ["q"], owner: name))
        let time = Timestamp(milliseconds: 4_000_000_000_000)
        try store.requeue(id, token: run.fencingToken, cause: Cause(.quota, "No quota."), notBefore: time)
        #expect(try reason(id, store) == "it is tried again at \(time): No quota.")
        agent = nil
        #expect(
            try reason(id, store)
                == "no agent serves queue 'q'; 'launch agent -q q' starts one; the last try ended: No quota.")
    }

    @Test func `a run whose agent has ended names who takes it over`() throws {
        let store = try sandbox.storeWithQueue()
        let id = try store.submit(.sample()).id
        var agent: OwnerLock? = try store.becomeOwner(kind: "agent", queues: ["q"])
        _ = try store.claimNext(queues: ["q"], owner: try #require(agent?.id))
        #expect(try reason(id, store) == nil)
        agent = nil
        #expect(
            try reason(id, store)
                == "no process holds it; no agent serves queue 'q'; 'launch agent -q q' starts one")
        let next = try store.becomeOwner(kind: "agent", queues: ["q"])
        #expect(try reason(id, store) == "no process holds it; the next agent takes it over")
        _ = next
    }
}
