import Foundation
import LaunchConsole
import LaunchHost
import Testing

@testable import LaunchCommands

@Suite struct AgentsCommandTests {
    @Test func `without an agent, the command says how to start one`() async throws {
        let desk = try Desk()
        let answer = await desk.run("agents")
        #expect(answer.code == .ok && answer.output == "")
        #expect(answer.errors == "no agents; 'launch agent -q NAME' starts one\n")
        #expect(try await desk.run("agents --json").json() == .array([]))
    }

    @Test func `an agent is listed with its queues, load and last contact`() async throws {
        let desk = try Desk()
        _ = await desk.run("queue create q -r mock")
        let store = try desk.store()
        let agent = try await store.becomeOwner(kind: "agent", queues: ["q", "r"], version: "1.2", maxJobs: 4)
        _ = await desk.run("submit -q q --image registry/a:1")
        _ = try #require(try await store.claimNext(queues: ["q"], owner: agent.id))
        let lines = await desk.run("agents").output.split(separator: "\n")
        #expect(
            lines.first == "AGENT\tSTATE\tRUNS\tQUEUES\tHOST\tPROCESS\tVERSION\tSTARTED\tLAST CONTACT")
        let fields = try #require(lines.last).split(separator: "\t").map(String.init)
        #expect(fields.prefix(4) == [agent.id.rawValue, "live", "1/4", "q,r"])
        #expect(fields[5...6] == [String(getpid()), "1.2"] && fields.last == "just now")
        let found = try await desk.run("agents --json").json().arrayValue?.first?.objectValue
        let document = try #require(found)
        #expect(document["state"] == .string("live") && document["jobs"] == .integer(1))
        #expect(document["maxJobs"] == .integer(4) && document["lastContact"]?.stringValue != nil)
    }
}
