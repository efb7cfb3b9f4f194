import Foundation
import Glibc
import LaunchSubprocess
import TestSupport
import Testing

/// Another user and a state folder whose modes are too permissive. The next start restricts them, with a message.
@Suite("A home with permissive modes", .needsAttacker, .timeLimit(.minutes(30)))
struct LooseHomeTests {
    @Test
    func `the database of a home with systemd's default modes cannot be read`() async throws {
        let victim = try await Victim.settled()
        try victim.open(0o755, 0o644)
        let database = "\(victim.home)/launch.db"
        try await Attacker.prepare("cat \"$1\" >/dev/null", database)
        let answer = try await victim.succeeding("list")
        #expect(
            answer.errors.contains("'\(victim.home)' was open to other users (mode 0755); its mode is now 0700"),
            "\(answer)")
        try await Attacker.expectRefusal("cat \"$1\"", database)
        try await Attacker.expectRefusal("ls \"$1\"", victim.home)
        // The file has restricted modes too, for a later mistake with the folder.
        try victim.mode(0o755, victim.home)
        try await Attacker.expectRefusal("cat \"$1\"", database)
        #expect(try await victim.succeeding("list").errors.contains("was open to other users"))
        #expect(try await !victim.succeeding("list").errors.contains("was open to other users"))
    }

    @Test
    func `another user cannot hold the locks of the database`() async throws {
        let victim = try await Victim.settled()
        try victim.open(0o755, 0o644)
        try await victim.succeeding("list")
        for script in ["exec 3<\"$1\"", "exec 3<>\"$1\"", "flock -n -s \"$1\" true"] {
            try await Attacker.expectRefusal(script, "\(victim.home)/launch.db")
        }
        #expect(try await victim.launch("submit", "-q", "q", "--image", "a:1").code == 0)
    }

    @Test
    func `another user cannot hold the lock of an agent, which would keep its runs from adoption`() async throws {
        let victim = try await Victim.settled()
        try victim.open(0o777, 0o666)
        try await victim.withAgent { _ in
            let lock = "\(victim.home)/owners/\(try #require(victim.owner))"
            try await Attacker.expectRefusal("flock -n -s \"$1\" true", lock)
            try await Attacker.expectRefusal("rm \"$1\"", lock)
        }
    }

    @Test
    func `another user can neither ring, nor read, nor remove the bell of an agent`() async throws {
        let victim = try await Victim.settled()
        try victim.open(0o777, 0o666)
        try await victim.withAgent { _ in
            let bell = "\(victim.home)/bells/\(try #require(victim.bell))"
            for script in ["echo x 1<>\"$1\" >&1", "exec 3<>\"$1\"", "rm \"$1\""] {
                try await Attacker.expectRefusal(script, bell)
            }
        }
    }

    @Test
    func `no file below the home is accessible to others, whatever the umask is`() async throws {
        let victim = try Victim()
        let words = [
            ["queue", "create", "q", "--resource", "mock", "--config", victim.folder.file("queue.yaml")],
            ["submit", "-q", "q", "--image", "a:1"], ["agent", "--drain"],
        ]
        for line in words {
            let result = try await Subprocess.run(
                "/bin/sh", ["-c", "umask 000; exec \"$0\" \"$@\"", LaunchProgram.path] + line,
                environment: .inherited(setting: victim.variables, removing: ["LAUNCH_CONFIG"]),
                workingDirectory: victim.folder.path, timeout: .seconds(600))
            #expect(result.exit.isSuccess, "\(line): \(result.stderrText)")
        }
        let entries = FileManager.default.enumerator(atPath: victim.home)?.compactMap { $0 as? String } ?? []
        #expect(entries.contains("launch.db") && entries.contains { $0.hasPrefix("runs/") })
        for entry in entries + ["."] {
            #expect(try victim.permissions(entry) & 0o077 == 0, "\(entry)")
        }
    }

    @Test
    func
        `a home folder with other content is not restricted without the user's decision, and is not used while it is open`()
        async throws
    {
        let victim = try Victim()
        try victim.folder.write("home/thesis.txt", "mine\n")
        try victim.mode(0o755, victim.home)
        let answer = try await victim.launch("list")
        #expect(answer.code == 77 && answer.errors.contains("chmod 700 '\(victim.home)'"), "\(answer)")
        #expect(try victim.permissions(".") == 0o755)
    }
}
