import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct PruneCommandTests {
    /// A run that ended that number of days ago.
    @discardableResult
    private func run(_ desk: Desk, endedDaysAgo days: Double, project: String = "default") async throws -> RunID {
        let date = Date(timeIntervalSinceNow: -days * 86_400)
        let store = try Store(home: LaunchHome(variables: desk.variables), now: { date })
        let owner = try await store.becomeOwner(kind: "test")
        let spec = LaunchSpec(
            source: .image("a"), project: project, entity: "e", author: "ada", resource: "mock")
        let run = try await store.submit(spec, as: .random(), claimedBy: owner.id)
        try await store.transition(run.id, token: run.fencingToken, to: .succeeded)
        return run.id
    }

    @Test func `runs are listed, then archived and removed`() async throws {
        let desk = try Desk()
        let old = try await run(desk, endedDaysAgo: 100)
        let young = try await run(desk, endedDaysAgo: 10)
        let plan = await desk.run("prune --older-than 90d --dry-run")
        #expect(
            plan.code == .ok && plan.output.hasPrefix("RUN\tSTATE\tPROJECT\tQUEUE\tNAME\tENDED\n\(old)\tsucceeded\t"))
        #expect(plan.errors == "1 run and 3 events would be archived in DIR/home/archive and removed.\n")
        await #expect(try desk.store().runs().count == 2)

        let done = await desk.run("prune --older-than 90d")
        #expect(
            done.code == .ok && done.errors.hasSuffix("1 run and 3 events archived and removed.\n"), "\(done.errors)")
        let path = done.output.replacing("DIR", with: desk.folder.path).replacing("\n", with: "")
        #expect(try RunArchive.entries(of: path).map(\.run.id) == [old])
        await #expect(try desk.store().runs().map(\.id) == [young])
        #expect(await desk.run("status \(old)").code == .unavailable)
        let none = await desk.run("prune --older-than 90d")
        #expect(none.code == .ok && none.output == "")
        #expect(none.errors.hasSuffix("0 runs and 0 events archived and removed.\n"))
    }

    @Test func `JSON has the complete result`() async throws {
        let desk = try Desk()
        let id = try await run(desk, endedDaysAgo: 3, project: "try")
        try await run(desk, endedDaysAgo: 3)
        let folder = desk.folder.file("elsewhere")
        let plan = try await desk.run("prune --older-than 2d -p try --json --dry-run --archive \(folder)").json()
        #expect(plan["dryRun"]?.boolValue == true && plan["runs"] == .array([.string(id.rawValue)]))
        let result = try await desk.run("prune --older-than 2d -p try --json --archive \(folder)").json()
        #expect(result["dryRun"]?.boolValue == false && result["events"]?.integerValue == 3)
        #expect(result["archive"]?.stringValue?.hasPrefix("DIR/elsewhere/runs-") == true)
        #expect(result["unreleased"]?.integerValue == 0)
        await #expect(try desk.store().runs().count == 1)
    }

    @Test(arguments: [(["y"], true), (["YES "], true), (["n"], false), ([""], false), ([], false)])
    func `on a terminal, the command asks for confirmation`(_ typed: [String], _ removes: Bool) async throws {
        let desk = try Desk()
        try await run(desk, endedDaysAgo: 3)
        let words = ["prune", "--older-than", "2d"]
        let answer = await desk.run(words: words, onTerminal: true, typing: typed)
        #expect(answer.code == .ok && answer.errors.contains("1 run and 3 events will be archived in DIR/home/archive"))
        await #expect(try desk.store().runs().isEmpty == removes)
        #expect(answer.errors.contains("nothing is removed") == !removes)
        let sure = await desk.run(words: words + ["-y"], onTerminal: true, typing: [])
        #expect(sure.code == .ok && !sure.errors.contains("[y/N]"))
        await #expect(try desk.store().runs().isEmpty)
    }

    @Test(arguments: [
        [], ["--older-than", "soon"], ["--older-than", "-1d"], ["--older-than", "400000d"], ["--older-than="],
    ])
    func `the age must be given`(_ words: [String]) async throws {
        let desk = try Desk()
        try await run(desk, endedDaysAgo: 3)
        let answer = await desk.run(words: ["prune"] + words)
        #expect(answer.code == .usage && answer.errors.contains("--older-than"), "\(answer.errors)")
        await #expect(try desk.store().runs().count == 1)
    }

    @Test func `an archive that cannot be written is reported`() async throws {
        let desk = try Desk()
        try await run(desk, endedDaysAgo: 3)
        let file = try desk.folder.write("file", "")
        let answer = await desk.run("prune --older-than 1d --archive \(file)/x")
        #expect(answer.code != .ok && answer.code != .internalFault && answer.errors.contains("DIR/file"))
        await #expect(try desk.store().runs().count == 1)
    }
}
