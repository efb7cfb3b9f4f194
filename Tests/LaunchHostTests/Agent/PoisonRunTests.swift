import Foundation
import TestSupport
import Testing

import LaunchConcurrency
import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchCore
@testable import LaunchPluginKit
@testable import LaunchSnapshots
@testable import LaunchStore

@Suite("runs that end their agents", .timeLimit(.minutes(30))) struct PoisonRunTests {
    /// Records the given number of owners that end while they work on the run.
    private func crash(_ id: RunID, times: Int, in bench: AgentBench) async throws {
        for number in 0..<times {
            let dead = try #require(OwnerID(rawValue: "agent-\(number)"))
            let held =
                number == 0
                ? try await bench.store.claimNext(queues: ["q"], owner: dead)
                : try await bench.store.adopt(id, owner: dead)
            let run = try #require(held)
            #expect(run.id == id)
            try await bench.store.beginWork(on: id, token: run.fencingToken)
        }
    }

    @Test
    func `after three ends the run is set aside as failed, with its history, and the other runs continue`() async throws
    {
        let bench = try AgentBench()
        try await bench.queue("q")
        let poison = try await bench.submit("q")
        try await crash(poison, times: 3, in: bench)
        let others = try await (0..<3).asyncMap { _ in try await bench.submit("q") }
        #expect(try await bench.run(bench.agent("q")) == .done)
        let run = try await bench.store.run(poison)
        #expect(run.state == .failed && run.cause?.code == .internalFault)
        #expect(run.cause?.message.contains("3 programs ended while they worked on this run") == true)
        #expect(try await bench.store.events(of: poison).count { $0.message?.contains("it ended while") == true } == 3)
        for other in others { #expect(try await bench.store.run(other).state == .succeeded) }
    }

    @Test
    func `after two ends the run is tried again, and a healthy one succeeds`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let id = try await bench.submit("q")
        try await crash(id, times: 2, in: bench)
        #expect(try await bench.run(bench.agent("q")) == .done)
        #expect(try await bench.store.run(id).state == .succeeded)
        #expect(try await bench.store.run(id).crashes == 0)
    }

    @Test(arguments: [2, 3])
    func `an end while outputs are collected counts too; a healthy run is finished after two ends`(_ crashes: Int)
        async throws
    {
        let bench = try AgentBench()
        let go = bench.folder.file("go")
        try await bench.queue("q", ["until": .string(go)])
        let id = try await bench.submit("q")
        let first = bench.agent("q", drain: false)
        async let end = bench.run(first)
        try await bench.wait(for: id) { $0.handle != nil }
        first.leave()
        _ = try await end
        for number in 0..<crashes {
            let dead = try #require(OwnerID(rawValue: "agent-\(number)"))
            let adopted = try #require(try await bench.store.adopt(id, owner: dead))
            try await bench.store.beginWork(on: id, token: adopted.fencingToken)
        }
        try bench.folder.write("go", "")
        #expect(try await bench.run(bench.agent("q")) == .done)
        let run = try await bench.store.run(id)
        #expect(run.state == (crashes == 2 ? .succeeded : .failed), "\(run.cause?.message ?? "-")")
        let code: Cause.Code = crashes == 2 ? .exit : .internalFault
        #expect(run.cause?.code == code)
    }

    @Test
    func `the cause of a set-aside run says that the backend may still have it`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let id = try await bench.submit("q")
        let first = try #require(OwnerID(rawValue: "agent-9"))
        let run = try #require(try await bench.store.claimNext(queues: ["q"], owner: first))
        try await bench.store.transition(
            id, token: run.fencingToken, to: .submitting,
            changes: RunChanges(request: RunRequest(runner: "mock", document: .object([:]))))
        for number in 0..<3 {
            let dead = try #require(OwnerID(rawValue: "agent-\(number)"))
            let adopted = try #require(try await bench.store.adopt(id, owner: dead))
            try await bench.store.beginWork(on: id, token: adopted.fencingToken)
        }
        try await bench.run(bench.agent("q"))
        let cause = try await bench.store.run(id).cause
        #expect(cause?.message.contains("The backend may have it: look there for \(id)") == true)
    }

    @Test
    func `a run with an unreadable record fails and names the value, and the other runs continue`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let bad = try await bench.submit("q")
        let good = try await bench.submit("q")
        let deep = Array(repeating: "a", count: 4_000).joined(separator: ".")
        try await bench.store.database.write { connection throws(StoreError) in
            _ = try connection.run(
                """
                UPDATE runs SET spec = json_set(spec, '$.overrides.settings', json(?)) WHERE id = ?
                """, [.text("[{\"path\":\"\(deep)\",\"value\":1}]"), .text(bad.rawValue)])
        }
        #expect(try await bench.run(bench.agent("q")) == .done)
        let run = try await bench.store.run(bad)
        #expect(run.state == .failed && run.cause?.code == .internalFault)
        #expect(run.cause?.message.contains("'spec'") == true)
        #expect(try await bench.store.run(good).state == .succeeded)
    }

    @Test
    func `a damaged run that exists in the backend is found and observed to its end`() async throws {
        let bench = try AgentBench()
        let go = bench.folder.file("go")
        try await bench.queue("q", ["until": .string(go)])
        let id = try await bench.submit("q")
        let first = bench.agent("q", drain: false)
        async let end = bench.run(first)
        try await bench.wait(for: id) { $0.handle != nil }
        first.leave()
        _ = try await end
        try await bench.store.database.write { connection throws(StoreError) in
            _ = try connection.run("UPDATE runs SET handle = '{', state = 'running' WHERE id = ?", [.text(id.rawValue)])
        }
        try bench.folder.write("go", "")
        #expect(try await bench.run(bench.agent("q")) == .done)
        #expect(try await bench.store.run(id).state == .succeeded)
    }

    @Test
    func `runs of an unreadable queue fail; an agent that still holds a run does not exit with 0`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let id = try await bench.submit("q")
        try await bench.store.database.write { connection throws(StoreError) in
            _ = try connection.run("UPDATE queues SET template = '{' WHERE name = 'q'")
        }
        #expect(try await bench.run(bench.agent("q")) == .done)
        let run = try await bench.store.run(id)
        #expect(run.state == .failed && run.cause?.code == .internalFault)
    }

    @Test
    func `queued and active rows without a run ID do not keep an agent from its runs`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        for state in ["queued", "building", "running"] {
            let id = try await bench.submit("q")
            try await bench.store.database.write { connection throws(StoreError) in
                _ = try connection.run(
                    "UPDATE runs SET id = ?, state = ? WHERE id = ?",
                    [.text("NOT \(state)"), .text(state), .text(id.rawValue)])
            }
        }
        let good = try await bench.submit("q")
        #expect(try await bench.run(bench.agent("q")) == .done)
        #expect(try await bench.store.run(good).state == .succeeded)
        #expect(try await bench.store.counts()[.failed] == 3)
    }

    @Test
    func `a draining agent that holds a run without an observer reports the run`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let id = try await bench.submit("q")
        let dead = try #require(OwnerID(rawValue: "agent-1"))
        let run = try #require(try await bench.store.claimNext(queues: ["q"], owner: dead))
        try await bench.store.transition(
            id, token: run.fencingToken, to: .starting,
            changes: RunChanges(
                request: RunRequest(runner: "gone", document: .object([:])),
                handle: RunHandle(runner: "gone", runID: id)))
        #expect(try await bench.run(bench.agent("q")) == .stuck([id]))
    }
}
