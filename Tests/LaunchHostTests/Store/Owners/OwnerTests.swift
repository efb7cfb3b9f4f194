import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchStore

@Suite struct OwnerTests {
    let sandbox: Sandbox
    let store: Store

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
    }

    @Test func `an owner lives as long as its lock`() async throws {
        var lock: OwnerLock? = try await store.becomeOwner(kind: "agent", queues: ["q"])
        let record = try #require(lock?.record)
        let other = try sandbox.store()
        #expect(await store.isAlive(record.id))
        #expect(await other.isAlive(record.id))
        #expect(await other.livingOwners() == [record])
        #expect(record.pid == getpid() && record.kind == "agent" && record.queues == ["q"])
        lock = nil
        #expect(await !store.isAlive(record.id))
        #expect(await !other.isAlive(record.id))
        #expect(await other.livingOwners().isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.home.owners).isEmpty)
        #expect(try await !store.isAlive(owner("never-was")))
    }

    @Test func `agents are listed with their load and what they do`() async throws {
        let first = try await store.becomeOwner(
            kind: "agent", queues: ["q", "r"], version: "1.2", maxJobs: 4, drains: true)
        let second = try await store.becomeOwner(kind: "agent", queues: ["q"])
        let other = try await store.becomeOwner(kind: "run")
        for _ in 0..<3 { try await store.submit(.sample()) }
        let runs =
            try await [store.claimNext(queues: ["q"], owner: first.id)] + [
                store.claimNext(queues: ["q"], owner: first.id)
            ]
        let ended = try #require(runs.last ?? nil)
        let reader = try sandbox.store()
        let (now, agents) = try await reader.agents()
        func listed(_ lock: OwnerLock, _ agents: [AgentRecord]) throws -> AgentRecord {
            try #require(agents.first { $0.id == lock.id })
        }
        #expect(agents.count == 2)
        let (one, two) = (try listed(first, agents), try listed(second, agents))
        #expect(one.state == .draining && one.jobs == 2 && one.maxJobs == 4 && one.version == "1.2")
        #expect(two.state == .live && two.jobs == 0 && two.maxJobs == nil && two.version == nil)
        #expect(one.queues == ["q", "r"] && two.queues == ["q"])
        #expect(agents.allSatisfy { $0.pid == getpid() && !$0.host.isEmpty })
        for agent in agents {
            let contact = try #require(agent.lastContact)
            #expect(contact <= now && contact.milliseconds > now.milliseconds - 60_000)
        }
        try await store.transition(ended.id, token: ended.fencingToken, to: .failed)
        store.markLeaving(first.id)
        // The mark is not awaited. A later write is.
        try await store.setPaused(false, queue: "q")
        let later = try await store.agents().agents
        #expect(try listed(first, later).state == .leaving && listed(first, later).jobs == 1)
        #expect(try listed(second, later).state == .live)
        _ = (second, other)
    }

    @Test func `an agent that was killed is listed as gone, and its trace is removed`() async throws {
        let path = sandbox.home.path
        guard Sandbox.isSQLite else {
            // With leases, an owner is dead when its lease has ended.
            let agent = try await store.becomeOwner(kind: "agent", queues: ["q"], version: "1.2")
            try await store.database.write { connection throws(StoreError) in
                _ = try connection.run(
                    "UPDATE owners SET lease_until = renewed_at WHERE id = ?", [.text(agent.id.rawValue)])
            }
            #expect(try await store.agents().agents.map(\.state) == [.gone])
            #expect(await store.livingOwners().isEmpty)
            return
        }
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try Store(home: LaunchHome(path: path))
            let lock = try await store.becomeOwner(kind: "agent", queues: ["q"], version: "1.2")
            store.markLeaving(lock.id)
            try withExtendedLifetime(lock) { try #require(kill(getpid(), SIGKILL) == 0) }
        }
        let gone = try #require(try await store.agents().agents.first)
        #expect(gone.state == .gone && gone.queues == ["q"] && gone.version == "1.2" && gone.lastContact == nil)
        let next = try await store.becomeOwner(kind: "agent")
        #expect(try await store.agents().agents.map(\.id) == [next.id])
        #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.home.owners) == ["\(next.id).lock"])
    }

    @Test(arguments: ["", "../../etc/passwd", "a/b", "A", String(repeating: "a", count: 65)])
    func `an owner's name is a valid file name`(text: String) {
        #expect(OwnerID(rawValue: text) == nil)
    }

    @Test func `a child process does not keep an owner alive`() async throws {
        var lock: OwnerLock? = try await store.becomeOwner(kind: "agent")
        let id = try #require(lock?.id)
        let child = ChildProcess()
        child.executableURL = URL(filePath: "/bin/cat")
        let input = Pipe()
        child.setStreams(input: input)
        try child.run()
        lock = nil
        #expect(child.isRunning)
        #expect(await !store.isAlive(id))
        try input.fileHandleForWriting.close()
        child.waitUntilExit()
    }

    @Test func `only runs without a live owner are adopted`() async throws {
        let living = try await store.becomeOwner(kind: "agent")
        let me = try await store.becomeOwner(kind: "agent")
        for _ in 0..<3 { try await store.submit(.sample()) }
        let held = try #require(try await store.claimNext(queues: ["q"], owner: living.id))
        let orphan = try #require(try await store.claimNext(queues: ["q"], owner: owner("dead")))
        let alone = try await store.submit(.sample(queue: nil), claimedBy: owner("dead"))
        #expect(alone.state == .claimed && alone.fencingToken == 1)
        #expect(try await store.adoptable(queues: ["q"]) == [orphan.id])
        #expect(try await store.adoptable(queues: [], resources: ["mock"]) == [alone.id])
        #expect(try await store.adopt(held.id, owner: me.id) == nil)
        let adopted = try #require(try await store.adopt(orphan.id, owner: me.id))
        #expect(adopted.owner == me.id && adopted.fencingToken == orphan.fencingToken + 1 && adopted.state == .claimed)
        #expect(try await store.adopt(orphan.id, owner: living.id) == nil)
        #expect(
            await storeError { try await store.transition(orphan.id, token: orphan.fencingToken, to: .running) }?.code
                == .stale)
        try await store.transition(orphan.id, token: adopted.fencingToken, to: .succeeded)
        #expect(try await store.adopt(orphan.id, owner: me.id) == nil)
        let waiting = try #require(try await store.runs(RunFilter(states: [.queued])).first)
        #expect(try await store.adopt(waiting.id, owner: me.id) == nil)
    }

    @Test func `concurrent adopters get each run once`() async throws {
        try await store.submit(.sample())
        let orphan = try #require(try await store.claimNext(queues: ["q"], owner: owner("dead")))
        let winners = Shared([OwnerID]())
        let locks = Shared([OwnerLock]())
        try await concurrently(8) { [sandbox] _ in
            let mine = try sandbox.store()
            let me = try await mine.becomeOwner(kind: "agent")
            locks.with { $0.append(me) }
            if try await mine.adopt(orphan.id, owner: me.id) != nil { winners.with { $0.append(me.id) } }
        }
        #expect(winners.with { $0.count } == 1)
        #expect(try await store.run(orphan.id).owner == winners.with { $0.first })
        locks.with { $0.removeAll() }
    }

    @Test(.enabled(if: Sandbox.isSQLite, "a lease ends later than its process"))
    func `the runs of a killed process are adopted`() async throws {
        let run = try await store.submit(.sample())
        let path = sandbox.home.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try Store(home: LaunchHome(path: path))
            let lock = try await store.becomeOwner(kind: "agent", queues: ["q"])
            let run = try #require(try await store.claimNext(queues: ["q"], owner: lock.id))
            try await store.transition(run.id, token: run.fencingToken, to: .submitting, message: "about to submit")
            let bell = try await store.listen()
            #expect(await store.isAlive(lock.id))
            try withExtendedLifetime((lock, bell)) { try #require(kill(getpid(), SIGKILL) == 0) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.home.bells).count == 1)
        let left = try await store.run(#require(try await store.adoptable(queues: ["q"]).first))
        #expect(left.id == run.id && left.state == .submitting)
        #expect(try !FileManager.default.contentsOfDirectory(atPath: sandbox.home.owners).isEmpty)
        let me = try await store.becomeOwner(kind: "agent")
        let adopted = try #require(try await store.adopt(run.id, owner: me.id))
        try await store.transition(run.id, token: adopted.fencingToken, to: .running)
        #expect(try await store.run(run.id).state == .running)
        // The ended owner's file is removed, and its bell after the next ring.
        #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.home.owners) == ["\(me.id).lock"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.home.bells).isEmpty)
    }
}
