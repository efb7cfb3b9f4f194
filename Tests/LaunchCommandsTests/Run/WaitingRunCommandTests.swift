import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

/// The commands about runs that wait: `explain`, `priority` and `move`.
@Suite struct WaitingRunCommandTests {
    private func desk() async throws -> (desk: Desk, run: String) {
        var desk = try Desk()
        let config = desk.folder.file("launch-config.yaml")
        try "environment: {type: local}\nregistry: {type: mock}\nbuilder: {type: mock}\nrunner: {type: mock}\n".write(
            toFile: config, atomically: true, encoding: .utf8)
        desk.variables["LAUNCH_CONFIG"] = config
        for queue in ["q", "r"] {
            let made = await desk.run("queue create \(queue) -r mock")
            #expect(made.code == .ok, "\(made)")
        }
        let submitted = await desk.run("submit -q q --image registry/a:1")
        #expect(submitted.code == .ok, "\(submitted)")
        return (desk, submitted.output.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    @Test func `a run is explained`() async throws {
        let (desk, run) = try await desk()
        #expect(
            await desk.run("explain \(run)").output == """
                run    \(run)
                state  queued
                why    No agent serves queue 'q'.
                next   'launch agent -q q' starts an agent, which claims it.
                queue  q, priority medium

                """)
        _ = await desk.run("queue pause q")
        let document = try await desk.run("explain \(run) --json").json()
        #expect(document.objectValue?["reason"] == .string("queue-paused"))
        #expect(document.objectValue?["pausedBy"]?.stringValue?.isEmpty == false)
        let list = await desk.run("list").output
        #expect(list.contains("\tqueue 'q' is paused by "))
        #expect(await desk.run("status \(run)").output.contains("\nwaits       queue 'q' is paused by "))
    }

    @Test func `a run with another priority and another queue runs to its end`() async throws {
        let (desk, run) = try await desk()
        #expect(
            await desk.run("priority \(run) high").errors
                == "run \(run) has priority high, not medium: no agent serves queue 'q'; 'launch agent -q q' starts one\n"
        )
        #expect(await desk.run("priority \(run) high").errors == "run \(run) has priority high already\n")
        #expect(await desk.run("priority \(run) urgent").code == .usage)
        let moved = await desk.run("move \(run) r")
        #expect(moved.code == .ok && moved.errors.hasPrefix("run \(run) is in queue 'r', not in 'q': no agent"))
        #expect(await desk.run("move \(run) r").errors == "run \(run) is in queue 'r' already\n")
        let unknown = await desk.run("move \(run) rr")
        #expect(unknown.code != .ok && unknown.errors.contains("The queue 'rr' does not exist"))
        #expect(await desk.run("agent -q r --drain").code == .ok)
        #expect(try await desk.run("status \(run) --json").json().objectValue?["state"] == .string("succeeded"))
        let late = await desk.run("move \(run) q")
        #expect(late.code == .invalidData && late.errors.contains("is succeeded and does not wait in a queue."))
    }

    @Test func `a run is not moved to a queue whose rules refuse it`() async throws {
        let (desk, _) = try await desk()
        let file = desk.folder.file("strict.yaml")
        try "allow_overrides: []\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(await desk.run("queue create strict -r mock --config \(file)").code == .ok)
        let run = await desk.run("submit -q q --image registry/a:1 --env A=1").output.trimmingCharacters(
            in: .whitespacesAndNewlines)
        let answer = await desk.run("move \(run) strict")
        #expect(answer.code == .invalidData, "\(answer.errors)")
        #expect(try await desk.run("status \(run) --json").json().objectValue?["queue"] == .string("q"))
    }
}
