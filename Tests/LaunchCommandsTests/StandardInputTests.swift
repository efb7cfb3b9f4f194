import Foundation
import LaunchHost
import LaunchSubprocess
import TestSupport
import Testing

/// The program as a separate process, for behaviour that cannot be tested in this one.
@Suite struct StandardInputTests {
    private func program() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("launch").path
    }

    private func launch(_ folder: TemporaryDirectory, _ line: String, input: String) async throws -> Subprocess.Result {
        try await Subprocess.run(
            program(), line.split(separator: " ").map(String.init),
            environment: .exact(["HOME": folder.path, "LAUNCH_HOME": folder.file("home")]),
            stdin: .bytes(Array(input.utf8)),
            timeout: .seconds(600))
    }

    @Test func `a queue is created from standard input`() async throws {
        let folder = try TemporaryDirectory()
        let made = try await launch(folder, "queue create try -r mock --config -", input: "run_for: 3s # short\n")
        #expect(made.exit == .code(0) && made.stdoutText == "try\n" && made.stderrText == "")
        let shown = try await launch(folder, "queue show try --template", input: "")
        #expect(shown.stdoutText == "run_for: 3s # short\n")
    }

    @Test(arguments: [
        "", "\n\n", "# only a comment\n", "---\n", "null\n", "~", "Null # x\n", "---\n...\n", "--- null\n...\n",
    ])
    func `standard input without a value does not change a queue`(_ input: String) async throws {
        let folder = try TemporaryDirectory()
        _ = try await launch(folder, "queue create try -r mock --config -", input: "run_for: 3s\nallow_overrides: []\n")
        for line in [
            "queue edit try --config -", "queue edit try --config /dev/stdin", "queue create other -r mock --config -",
        ] {
            let answer = try await launch(folder, line, input: input)
            #expect(answer.exit == .code(65), "\(line)")
            let word = input.lowercased().hasPrefix("null") || input == "~" ? "null" : "empty"
            #expect(
                answer.stderrText.contains("standard input is \(word), so nothing was changed"), "\(answer.stderrText)")
        }
        let shown = try await launch(folder, "queue show try --template", input: "")
        #expect(shown.stdoutText == "run_for: 3s\nallow_overrides: []\n")
        let emptied = try await launch(folder, "queue edit try --config -", input: "{}\n")
        #expect(emptied.exit == .code(0))
    }

    @Test(arguments: ["/dev/null", "<(cat /missing)", "<(printf null)", "empty.yaml", "null.yaml"])
    func `a device, a pipe or a file without a value does not change a queue`(_ path: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("empty.yaml", "")
        try folder.write("null.yaml", "null\n")
        let rules = "run_for: 3s\nallow_overrides: []\n"
        _ = try await launch(folder, "queue create try -r mock --config -", input: rules)
        let answer = try await Subprocess.run(
            "/bin/bash", ["-c", "cd '\(folder.path)' && exec '\(program())' queue edit try --config \(path)"],
            environment: .exact(["HOME": folder.path, "LAUNCH_HOME": folder.file("home"), "PATH": "/usr/bin:/bin"]),
            timeout: .seconds(600))
        #expect(answer.exit == .code(65), "\(answer.stderrText)")
        #expect(answer.stderrText.contains(", so nothing was changed"), "\(answer.stderrText)")
        let shown = try await launch(folder, "queue show try --template", input: "")
        #expect(shown.stdoutText == rules)
    }

    @Test func `a configuration is checked from standard input`() async throws {
        let folder = try TemporaryDirectory()
        let wrong = try await launch(folder, "config check -", input: "max_job: 2\n")
        #expect(wrong.exit == .code(78))
        #expect(
            wrong.stderrText.hasPrefix("standard input:1:1: unknown key \"max_job\" at the top level; did you mean"))
    }

    @Test
    func `each option that takes a file accepts '-' for standard input, including the configuration`() async throws {
        let folder = try TemporaryDirectory()
        let image = "--image 123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1"
        let job = "-r mock \(image) --json"
        let spec = try await launch(folder, "plan --offline --spec - --json", input: "resource: mock\nimage: a/b:1\n")
        #expect(spec.exit == .code(0), "\(spec.stderrText)")
        let merged = try await launch(folder, "plan --offline \(job) -R -", input: "{run_for: 7s}")
        #expect(merged.exit == .code(0) && merged.stdoutText.contains("\"run_for\" : 7"), "\(merged.stderrText)")
        let refused = try await launch(
            folder, "plan --offline -r mock \(image) -R -", input: "run_for: 1m\ntime_limit: 0s")
        #expect(refused.exit == .code(65), "\(refused.stderrText)")
        #expect(refused.stdoutText.contains("standard input:2:13: time_limit: "), "\(refused.stdoutText)")
        // One command reads it several times, and it is not a file that others could change.
        let config = try await launch(folder, "plan --offline \(job) -c -", input: "max_jobs: 2\n")
        #expect(config.exit == .code(0) && config.stderrText == "", "\(config.stderrText)")
        let wrong = try await launch(folder, "plan --offline \(job) -c -", input: "max_job: 2\n")
        #expect(wrong.exit == .code(78) && wrong.stderrText.contains("standard input:1:1: unknown key"))
        let model = try await launch(
            folder, "plan --offline -r sagemaker \(image) --model - --json", input: "no model at all")
        #expect(
            model.exit == .code(78) && model.stderrText.contains("standard input is not a model"),
            "\(model.stderrText)")
        for line in ["plan --offline \(job) -c -", "plan --offline --spec -", "plan --offline \(job) -R -"] {
            let empty = try await launch(folder, line, input: "")
            #expect([.code(65), .code(78)].contains(empty.exit), "\(line)")
            #expect(empty.stderrText.contains("standard input is empty"), "\(line)")
        }
        let both = try await launch(folder, "plan --spec - -R -", input: "{}")
        #expect(both.exit == .code(64))
        #expect(
            both.stderrText.contains("only one of --resource-args and --spec can be '-'")
                || both.stderrText.contains("only one of --spec and --resource-args can be '-'"))
    }
}
