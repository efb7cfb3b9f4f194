import Foundation
import LaunchHost
import Subprocess
import TestSupport
import Testing

/// The program as a process of its own: what cannot be tried within this one.
@Suite struct StandardInputTests {
    private func launch(_ folder: TemporaryDirectory, _ line: String, input: String) async throws -> Subprocess.Result {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("launch").path
        return try await Subprocess.run(
            program, line.split(separator: " ").map(String.init),
            environment: .exact(["HOME": folder.path, "LAUNCH_HOME": folder.file("home")]),
            stdin: .bytes(Array(input.utf8)),
            timeout: .seconds(600))
    }

    @Test func aQueueIsMadeFromIt() async throws {
        let folder = try TemporaryDirectory()
        let made = try await launch(folder, "queue create try -r mock --config -", input: "run_for: 3s # short\n")
        #expect(made.exit == .code(0) && made.stdoutText == "try\n" && made.stderrText == "")
        let shown = try await launch(folder, "queue show try --template", input: "")
        #expect(shown.stdoutText == "run_for: 3s # short\n")
    }

    @Test("A pipe whose writer failed leaves a queue as it is", arguments: ["", "\n\n", "# only a comment\n", "---\n"])
    func anEmptyPipeChangesNoQueue(_ input: String) async throws {
        let folder = try TemporaryDirectory()
        _ = try await launch(folder, "queue create try -r mock --config -", input: "run_for: 3s\nallow_overrides: []\n")
        for line in ["queue edit try --config -", "queue create other -r mock --config -"] {
            let answer = try await launch(folder, line, input: input)
            #expect(answer.exit == .code(65), "\(line)")
            #expect(answer.stderrText.contains("standard input is empty, so nothing was changed"))
        }
        let shown = try await launch(folder, "queue show try --template", input: "")
        #expect(shown.stdoutText == "run_for: 3s\nallow_overrides: []\n")
        let emptied = try await launch(folder, "queue edit try --config -", input: "{}\n")
        #expect(emptied.exit == .code(0))
    }

    @Test func aConfigurationIsCheckedFromIt() async throws {
        let folder = try TemporaryDirectory()
        let wrong = try await launch(folder, "config check -", input: "max_job: 2\n")
        #expect(wrong.exit == .code(78))
        #expect(
            wrong.stderrText.hasPrefix("standard input:1:1: unknown key \"max_job\" at the top level; did you mean"))
    }
}
