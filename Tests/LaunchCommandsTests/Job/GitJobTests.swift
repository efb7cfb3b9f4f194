import LaunchConsole
import LaunchHost
import LaunchSubprocess
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct GitJobTests {
    private func git(_ desk: Desk, _ arguments: String...) async throws -> String {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        let result = try await Subprocess.run(
            "git", identity + arguments, workingDirectory: desk.folder.file("work"), timeout: .seconds(600))
        try #require(result.exit.isSuccess, "\(arguments): \(result.stderrText)")
        return result.stdoutText.split(separator: "\n").first.map(String.init) ?? ""
    }

    @Test func `a branch is stored as its commit`() async throws {
        let desk = try Desk()
        try desk.folder.write("work/Dockerfile", "FROM a\n")
        _ = try await git(desk, "init", "--quiet", "-b", "main")
        _ = try await git(desk, "add", ".")
        _ = try await git(desk, "commit", "--quiet", "-m", "One")
        let commit = try await git(desk, "rev-parse", "HEAD")
        let url = "file://\(desk.folder.file("work"))"

        let made = await desk.run("job create git \(url) --git-version main -n train -a main")
        #expect(made.code == .ok && made.output == "train:v1\n", "\(made.errors)")
        #expect(
            await desk.run("job show train").output
                == """
                job         train
                version     v1, 1 version
                aliases     latest, main
                project     default
                created     TIME
                repository  file://DIR/work
                asked for   main
                commit      \(commit)
                dockerfile  Dockerfile

                """)
        let named = await desk.run("job create git \(url)")
        #expect(named.output == "work:v1\n")

        let missing = await desk.run("job create git \(url) --git-version mian")
        #expect(missing.code == .invalidData && missing.output == "")
        #expect(missing.errors.contains("main"))
        let none = await desk.run("job create git \(url)-not-there")
        #expect(none.code != .ok && none.errors.contains("error: "))
        let password = await desk.run("job create git https://me:hunter2@example.com/train.git")
        #expect(password.code == .invalidData && !password.errors.contains("hunter2"), "\(password.errors)")
    }
}
