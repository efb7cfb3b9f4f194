import Foundation
import Glibc
import LaunchSubprocess
import TestSupport
import Testing

/// Another user owns or can change files and programs that the victim names. Nothing of theirs runs, and the victim
/// gets a message.
@Suite("Named files of another user", .needsAttacker, .timeLimit(.minutes(30)))
struct ForeignFileTests {
    @Test
    func `a configuration that another user can change is reported`() async throws {
        let victim = try await Victim.settled()
        let config = victim.folder.file("config/launch/launch-config.yaml")
        try victim.mode(0o666, config)
        try await Attacker.prepare("echo '# changed' >>\"$1\"", config)
        let warned = try await victim.succeeding("submit", "-q", "q", "--image", "a:1")
        #expect(warned.errors.contains("Other users can change '\(config)'"), "\(warned)")
        #expect(warned.errors.contains("chmod go-w '\(config)'"), "\(warned)")
        try #require(chmod(config, 0o644) == 0 && chown(config, Attacker.user, Attacker.user) == 0)
        let foreign = try await victim.succeeding("submit", "-q", "q", "--image", "a:1")
        #expect(foreign.errors.contains("'\(config)' belongs to"), "\(foreign)")
        let doctor = try await victim.launch("doctor")
        #expect(doctor.output.contains("belongs to"), "\(doctor)")
    }

    @Test
    func `a queue's file that another user can change is reported`() async throws {
        let victim = try Victim()
        let file = victim.folder.file("queue.yaml")
        try victim.mode(0o666, file)
        let answer = try await victim.succeeding("queue", "create", "q", "--resource", "mock", "--config", file)
        #expect(answer.errors.contains("chmod go-w '\(file)'"), "\(answer)")
    }

    /// The victim's own repository.
    private func repository(_ victim: Victim) throws -> String {
        let path = victim.folder.file("repository")
        try victim.folder.write("repository/Dockerfile", "FROM scratch\n")
        for words in [["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "first"]] {
            try Tool.run(
                "git", ["-C", path, "-c", "user.name=t", "-c", "user.email=t@example.org"] + words,
                environment: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"])
        }
        return path
    }

    @Test(arguments: ["open", "."])
    func `a program that another user puts on the PATH is not run`(place: String) async throws {
        let victim = try await Victim.settled()
        let repository = try repository(victim)
        let (open, marker) = (victim.folder.file("open"), victim.folder.file("open/ran"))
        try #require(mkdir(open, 0o700) == 0 && chmod(open, 0o1777) == 0)
        try await Attacker.prepare(
            "for name in git ssh sh docker; do printf '#!/bin/sh\\ntouch \"%s\"\\nexit 1\\n' \"$2\" >\"$1/$name\"; "
                + "chmod 755 \"$1/$name\"; done", open, marker)
        let path = "\(place == "." ? "." : open):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        let words = ["job", "create", "git", "file://\(repository)", "-n", "job"]
        let result = try await Subprocess.run(
            LaunchProgram.path, words,
            environment: .exact(victim.variables.merging(["PATH": path]) { $1 }),
            workingDirectory: place == "." ? open : victim.folder.path, timeout: .seconds(600))
        #expect(result.exit.isSuccess, "\(result.stderrText)")
        #expect(!FileManager.default.fileExists(atPath: marker))
    }

    @Test
    func `hooks and commands of another user's repository are not run`() async throws {
        let victim = try await Victim.settled()
        let repository = try repository(victim)
        let marker = victim.folder.file("marker/ran")
        try #require(mkdir(victim.folder.file("marker"), 0o700) == 0 && chmod(victim.folder.file("marker"), 0o777) == 0)
        try #require(Tool.run("chown", ["-R", "\(Attacker.user)", repository]).isEmpty)
        try await Attacker.prepare(
            """
            cd "$1/.git"
            for hook in post-checkout pre-receive post-update fsmonitor pack; do
                printf '#!/bin/sh\\ntouch "%s"\\nexec "$@"\\n' "$2" >hooks/$hook; chmod 755 hooks/$hook
            done
            printf '[core]\\nfsmonitor = %s/.git/hooks/fsmonitor\\n[uploadpack]\\npackObjectsHook = %s/.git/hooks/pack\\n' \
                "$1" "$1" >>config
            """, repository, marker)
        let answer = try await victim.launch("submit", "-q", "q", "--git", "file://\(repository)")
        if answer.code == 0 { _ = try await victim.launch("agent", "--drain") }
        #expect(!FileManager.default.fileExists(atPath: marker), "\(answer)")
        #expect([0, 65, 77].contains(answer.code), "\(answer)")
    }
}
