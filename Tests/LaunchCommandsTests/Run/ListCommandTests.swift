import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct ListCommandTests {
    private func spec(name: String? = nil, queue: String) -> LaunchSpec {
        LaunchSpec(
            source: .image("registry/a:1"), name: name, project: "vision", entity: "e", author: "ada", resource: "mock",
            queue: queue)
    }

    @Test func `a pipe gets tabs and each ID once`() async throws {
        let desk = try Desk()
        let queue = String(repeating: "q", count: 64)
        _ = await desk.run("queue create \(queue) -r mock")
        let id = try await desk.store().submit(spec(queue: queue), as: .random()).id
        _ = try await desk.store().submit(spec(name: "named", queue: queue), as: .random())
        let list = await desk.run("list")
        let lines = list.output.split(separator: "\n")
        #expect(lines.first == "RUN\tSTATE\tPROJECT\tQUEUE\tNAME\tSUBMITTED\tDURATION\tCAUSE")
        let fields = lines.last?.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) ?? []
        #expect(fields.prefix(5) == [id.rawValue, "queued", "vision", queue, "-"])
        #expect(fields.count == 8 && fields[6] == "-")
        #expect(fields.last?.hasPrefix("no agent serves queue 'qqq") == true)
        #expect(lines[1].contains("\tnamed\t") && !list.output.contains("  "))
        let queues = await desk.run("queue list")
        #expect(queues.output == "QUEUE\tRESOURCE\tSTATE\tWAITING\tUNDER WAY\tENDED\n\(queue)\tmock\topen\t2\t0\t0\n")
    }

    @Test func `a terminal of 80 columns is never exceeded`() async throws {
        let desk = try Desk()
        let queue = String(repeating: "q", count: 64)
        _ = await desk.run("queue create \(queue) -r mock")
        _ = await desk.run(
            "job create image a/\(String(repeating: "j", count: 60)) -p \(String(repeating: "p", count: 99))")
        var long = spec(name: String(repeating: "n", count: 99), queue: queue)
        long.project = String(repeating: "p", count: 99)
        _ = try await desk.store().submit(long, as: .random())
        for words in [["list"], ["queue", "list"], ["job", "list"]] {
            let shown = await desk.run(words: words, onTerminal: true, columns: 80)
            let lines = shown.output.replacing(/\u{1B}\[[0-9]*m/, with: "").split(separator: "\n")
            #expect(lines.count == 2 && lines.allSatisfy { $0.count <= 80 }, "\(words): \(shown.output)")
        }
    }

    @Test func `the duration is that of the container`() async throws {
        let desk = try Desk()
        let date = Date(timeIntervalSinceNow: -3_600)
        let store = try Store(home: LaunchHome(variables: desk.variables), now: { date })
        try await store.createQueue(QueueDefinition(name: "q", resource: "mock"))
        let owner = try await store.becomeOwner(kind: "test")
        let run = try await store.submit(spec(queue: "q"), as: .random(), claimedBy: owner.id)
        try await store.transition(
            run.id, token: run.fencingToken, to: .running, changes: RunChanges(startedAt: Timestamp(date)))
        // Some minutes may pass on a loaded machine.
        #expect(await desk.run("list").output.contains(/\t1h [0-5][0-9]m\t/))
        try await store.transition(
            run.id, token: run.fencingToken, to: .failed, cause: Cause(.exit, "exit code 1\nmore"),
            changes: RunChanges(endedAt: Timestamp(date.addingTimeInterval(65))))
        #expect(await desk.run("list").output.contains("\tfailed\tvision\tq\t-\t1 h ago\t1m 05s\texit code 1\n"))
        #expect(try await desk.run("list --json").json().arrayValue?.first?["spec"] != nil)
    }
}

extension ListCommandTests {
    @Test(arguments: [0, 1, 100, 101, 230])
    func `JSON of many runs is one array, in pages that do not change it:`(_ count: Int) async throws {
        let desk = try Desk()
        let store = try desk.store()
        try await store.createQueue(QueueDefinition(name: "q", resource: "mock"))
        for index in 0..<count { try await store.submit(spec(name: "a\n\"b\" \(index)", queue: "q"), as: .random()) }
        let all = await desk.run("list --json -n 0")
        let whole = try await JSON.pretty(store.runs().map { RunView($0) }) + "\n"
        #expect(all.output == whole.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, with: "TIME"))
        let some = try await desk.run("list --json -n 120").json().arrayValue ?? []
        #expect(some == Array(try all.json().arrayValue?.prefix(120) ?? []))
        #expect(Set(try all.json().arrayValue?.compactMap { $0["id"]?.stringValue } ?? []).count == count)
    }
}
