import Foundation
import Glibc
import LaunchSubprocess
import TestSupport
import Testing

/// Another user and the process of an agent that holds credentials.
@Suite("Another user and a running agent", .needsAttacker, .timeLimit(.minutes(30)))
struct AgentProcessTests {
    private static let secret = "planted-" + "secret-of-the-agent"

    @Test
    func `another user cannot read an agent's variables, memory and open files, and its arguments contain no secret`()
        async throws
    {
        let victim = try await Victim.settled()
        try await victim.withAgent(setting: ["AWS_SECRET_ACCESS_KEY": Self.secret]) { process in
            for name in ["environ", "mem", "maps", "auxv"] {
                let result = try await Attacker.attempt("head -c 1 \"/proc/$1/$2\"", process, name)
                #expect(!result.exit.isSuccess && result.stdout.isEmpty, "\(name)")
            }
            for name in ["fd", "map_files"] {
                try await Attacker.expectRefusal("ls \"/proc/$1/$2\"", process, name)
            }
            let arguments = try await Attacker.attempt("cat \"/proc/$1/cmdline\"", process)
            #expect(arguments.exit.isSuccess && !arguments.stdoutText.contains(Self.secret))
        }
    }

    @Test
    func `another user cannot stop, kill or slow down an agent`() async throws {
        let victim = try await Victim.settled()
        try await victim.withAgent { process in
            for script in ["kill -TERM \"$1\"", "kill -KILL \"$1\"", "kill -STOP \"$1\"", "renice -n 19 \"$1\""] {
                try await Attacker.expectRefusal(script, process)
            }
        }
    }

    @Test
    func `a crash of an agent leaves no core dump`() async throws {
        let victim = try await Victim.settled()
        let agent = try victim.start(["agent"])
        #expect(await eventually { victim.owner != nil })
        let process = try #require(victim.owner?.split(separator: "-").first.map(String.init))
        let limits = try String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
        let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        #expect(core.split(separator: " ").filter { $0 == "0" }.count == 2, "\(core)")
        try await agent.signal(SIGTERM)
        #expect(try await agent.end().code == 0)
    }
}
