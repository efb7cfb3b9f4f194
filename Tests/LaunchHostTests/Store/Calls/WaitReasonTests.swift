import Foundation
import Testing

import LaunchHost

/// The reason why a run waits, as `launch status`, `wait` and `logs` report it.
@Suite struct WaitReasonTests {
    let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    private func reason(_ id: RunID, _ store: Store) async throws -> String? {
        try await store.waitReason(of: try await store.run(id))
    }

    @Test func `a queued run names the reason for its wait`() async throws {
        let store = try await sandbox.storeWithQueue()
        let first = try await store.submit(.sample()).id
        await #expect(try reason(first, store) == "no agent serves queue 'q'; 'launch agent -q q' starts one")
        let other = try await store.becomeOwner(kind: "agent", queues: ["other"])
        await #expect(try reason(first, store)?.hasPrefix("no agent serves") == true)
        let agent = try await store.becomeOwner(kind: "agent", queues: ["q"], maxJobs: 1)
        await #expect(try reason(first, store) == nil)
        let urgent = try await store.submit(.sample(priority: .high)).id
        await #expect(try reason(first, store) == "1 run of queue 'q' before it")
        await #expect(try reason(urgent, store) == nil)
        _ = try await store.claimNext(queues: ["q"], owner: agent.id)
        await #expect(try reason(first, store) == "the agents of queue 'q' hold 1 run, up to their 'max_jobs'")
        try await store.setPaused(true, queue: "q", by: "ada@desk")
        let who = try #require(try await store.queue("q").pausedBy)
        #expect(!Sandbox.isSQLite || who == "ada@desk")
        await #expect(try reason(first, store) == "queue 'q' is paused by \(who); 'launch queue resume q' resumes it")
        _ = other
    }

    @Test func `a run that is retried names the failure and the time of the retry`() async throws {
        let store = try await sandbox.storeWithQueue()
        let id = try await store.submit(.sample()).id
        var agent: OwnerLock? = try await store.becomeOwner(kind: "agent", queues: ["q"])
        let name = try #require(agent?.id)
        let run = try #require(try await store.claimNext(queues: ["q"], owner: name))
        let time = Timestamp(milliseconds: 4_000_000_000_000)
        try await store.requeue(id, token: run.fencingToken, cause: Cause(.quota, "No quota."), notBefore: time)
        await #expect(try reason(id, store) == "it is tried again at \(time): No quota.")
        agent = nil
        await #expect(
            try reason(id, store)
                == "no agent serves queue 'q'; 'launch agent -q q' starts one; the last try ended: No quota.")
    }

    @Test func `a run whose agent has ended names who takes it over`() async throws {
        let store = try await sandbox.storeWithQueue()
        let id = try await store.submit(.sample()).id
        var agent: OwnerLock? = try await store.becomeOwner(kind: "agent", queues: ["q"])
        _ = try await store.claimNext(queues: ["q"], owner: try #require(agent?.id))
        await #expect(try reason(id, store) == nil)
        agent = nil
        await #expect(
            try reason(id, store)
                == "no process holds it; no agent serves queue 'q'; 'launch agent -q q' starts one")
        let next = try await store.becomeOwner(kind: "agent", queues: ["q"])
        await #expect(try reason(id, store) == "no process holds it; the next agent takes it over")
        _ = next
    }
}
