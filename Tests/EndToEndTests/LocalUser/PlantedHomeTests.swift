import Foundation
import Glibc
import TestSupport
import Testing

/// Another user places files where the program expects its own. They are rejected with the command that helps, or
/// ignored.
@Suite("Files of another user in the program's places", .needsAttacker, .timeLimit(.minutes(30)))
struct PlantedHomeTests {
    private func expectRefusal(_ victim: Victim, _ words: String..., line: Int = #line) async throws {
        let answer = try await victim.launch("submit", "-q", "q", "--image", "a:1")
        #expect(answer.code == 77, "line \(line): \(answer)")
        for word in words { #expect(answer.errors.contains(word), "line \(line): '\(word)' is not in \(answer)") }
    }

    @Test
    func `a home of another user is refused`() async throws {
        let victim = try Victim()
        try #require(mkdir(victim.home, 0o777) == 0 && chown(victim.home, Attacker.user, Attacker.user) == 0)
        try await expectRefusal(victim, "belongs to", "chown 0 '\(victim.home)'")
        #expect(try FileManager.default.contentsOfDirectory(atPath: victim.home).isEmpty)
    }

    @Test
    func `a symbolic link of another user in place of the home is refused`() async throws {
        let victim = try Victim()
        let (shared, real) = (victim.folder.file("shared"), victim.folder.file("real"))
        try #require(mkdir(shared, 0o700) == 0 && chmod(shared, 0o1777) == 0 && mkdir(real, 0o700) == 0)
        try await Attacker.prepare("ln -s \"$1\" \"$2\"", real, "\(shared)/home")
        let answer = try await victim.launch(["list"], setting: ["LAUNCH_HOME": "\(shared)/home"])
        #expect(answer.code == 77 && answer.errors.contains("symbolic link"), "\(answer)")
        #expect(answer.errors.contains("rm '\(shared)/home'"), "\(answer)")
        let below = try await victim.launch(["list"], setting: ["LAUNCH_HOME": "\(shared)/home/deeper"])
        #expect(below.code == 77 && below.errors.contains("symbolic link"), "\(below)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: real).isEmpty)
    }

    @Test
    func `a home below a folder that every user can write to is refused`() async throws {
        let victim = try Victim()
        let open = victim.folder.file("open")
        try #require(mkdir(open, 0o700) == 0 && chmod(open, 0o777) == 0)
        let answer = try await victim.launch(["list"], setting: ["LAUNCH_HOME": "\(open)/home"])
        #expect(answer.code == 77 && answer.errors.contains("chmod o-w '\(open)'"), "\(answer)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: open).isEmpty)
    }

    @Test
    func `a database of another user is refused`() async throws {
        let other = try await Victim.settled()
        let victim = try Victim()
        try #require(mkdir(victim.home, 0o700) == 0 && chmod(victim.home, 0o777) == 0)
        let copy = victim.folder.file("copy.db")
        try FileManager.default.copyItem(atPath: "\(other.home)/launch.db", toPath: copy)
        try victim.mode(0o644, copy)
        try await Attacker.prepare("cp \"$1\" \"$2\"", copy, "\(victim.home)/launch.db")
        try await expectRefusal(victim, "'\(victim.home)/launch.db' belongs to", "chown 0")
    }

    @Test(arguments: ["-journal", "-wal", "-shm"])
    func `a journal of another user, which SQLite would replay, is refused`(ending: String) async throws {
        let victim = try await Victim.settled()
        let place = "\(victim.home)/launch.db\(ending)"
        try? FileManager.default.removeItem(atPath: place)
        try victim.mode(0o777, victim.home)
        try await Attacker.prepare("head -c 4096 /dev/urandom >\"$1\"", place)
        try await expectRefusal(victim, "'\(place)' belongs to")
        // The same at the next start, when the folder has restricted modes.
        try await expectRefusal(victim, "'\(place)' belongs to")
    }

    @Test
    func `a folder of runs of another user is refused`() async throws {
        let victim = try Victim()
        try #require(mkdir(victim.home, 0o700) == 0 && chmod(victim.home, 0o777) == 0)
        try await Attacker.prepare("mkdir -m 777 \"$1\"", "\(victim.home)/runs")
        try await expectRefusal(victim, "'\(victim.home)/runs' belongs to")
    }

    @Test
    func `links and pipes of another user in place of bells are removed`() async throws {
        let victim = try await Victim.settled()
        let precious = try victim.folder.write("precious", "mine\n")
        try victim.open(0o777, 0o600)
        try await Attacker.prepare(
            "ln -s \"$1\" \"$2/link\"; mkfifo -m 666 \"$2/pipe\"; echo x >\"$2/file\"", precious,
            "\(victim.home)/bells")
        #expect(try await victim.launch("submit", "-q", "q", "--image", "a:1").code == 0)
        #expect(try String(contentsOfFile: precious, encoding: .utf8) == "mine\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(victim.home)/bells").isEmpty)
    }

    @Test
    func `pipes of another user in place of locks are removed and do not block`() async throws {
        let victim = try await Victim.settled()
        try victim.open(0o777, 0o600)
        try await Attacker.prepare(
            "mkfifo -m 666 \"$1/1-planted.lock\"; ln -s /dev/zero \"$1/2-planted.lock\"", "\(victim.home)/owners")
        #expect(try await victim.launch("submit", "-q", "q", "--image", "a:1").code == 0)
        #expect(try await victim.launch("agent", "--drain").code == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(victim.home)/owners").isEmpty)
    }

    @Test
    func `a snapshot of another user under the victim's name is not used`() async throws {
        let victim = try await Victim.settled()
        let source = victim.folder.file("source")
        try victim.folder.write("source/Dockerfile", "FROM scratch\n")
        try victim.folder.write("source/train.py", "good\n")
        try await victim.succeeding("submit", "-q", "q", "--source", source)
        let store = "\(victim.home)/sources"
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: store).first)
        // The attacker knows the source, and therefore the name.
        try FileManager.default.removeItem(atPath: "\(store)/\(name)")
        try victim.open(0o777, 0o600)
        try await Attacker.prepare(
            "umask 022; mkdir -p \"$1/context\"; cd \"$1/context\"; printf 'FROM scratch\\n' >Dockerfile; echo evil >train.py",
            "\(store)/\(name)")
        try await victim.succeeding("submit", "-q", "q", "--source", source)
        let kept = "\(store)/\(name)/context/train.py"
        #expect(try String(contentsOfFile: kept, encoding: .utf8) == "good\n")
        var status = stat()
        #expect(stat(kept, &status) == 0 && status.st_uid == 0)
    }

    @Test
    func `a folder of another user in /tmp with a predictable name is refused`() async throws {
        let victim = try await Victim.settled()
        let shared = victim.folder.file("tmp")
        try victim.mode(0o1777, shared)
        try await Attacker.prepare("mkdir -m 777 \"$1\"", "\(shared)/launch-mock-0")
        let answer = try await victim.launch("run", "-q", "q", "--image", "a:1")
        #expect(
            answer.code != 0 && answer.errors.contains("\(shared)/launch-mock-0'")
                && answer.errors.contains("belongs to user"), "\(answer)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(shared)/launch-mock-0").isEmpty)
    }
}
