import Foundation
import LaunchHost
import LaunchSubprocess
import Testing

@testable import LaunchSnapshots

/// The script that starts a command in a folder of code, run by the shells of this machine.
@Suite struct StartScriptTests {
    private static let shells = ["sh", "bash", "busybox"].filter { Subprocess.find($0) != nil }

    private static func run(
        _ shell: String, _ scratch: Scratch, _ words: [String]
    ) async throws -> Subprocess.Result {
        let script = "\(scratch.path)/code/.launch-start"
        let (program, first) = shell == "busybox" ? ("busybox", ["sh"]) : (shell, [])
        return try await Subprocess.run(program, first + [script] + words)
    }

    /// The files of a code folder as a job gets them: without execute bits.
    private static func code(_ files: KeyValuePairs<String, String>, executable: [String]) throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(files, in: "code")
        let entries = files.map { name, text in
            ContextEntry(
                path: name, kind: .file, mode: executable.contains(name) ? 0o755 : 0o644, size: Int64(text.utf8.count))
        }
        try scratch.write([".launch-start": StartScript(CodeTree(entries)).text], in: "code")
        return scratch
    }

    @Test(arguments: shells)
    func `the command runs in the folder with its words, and its exit code is kept`(_ shell: String) async throws {
        let scratch = try Self.code(
            ["run it.sh": "#!/bin/sh\npwd; printf '%s|' \"$@\"; exit 7\n", "it's": "#!/bin/sh\necho quoted\n"],
            executable: ["run it.sh", "it's"])
        let done = try await Self.run(shell, scratch, ["run", "./run it.sh", "a b", "$HOME", "", "*"])
        #expect(done.exit == .code(7), "\(done.stderrText)")
        #expect(done.stdoutText == "\(scratch.path)/code\na b|$HOME||*|", "\(done.stdoutText) \(done.stderrText)")
        #expect(try await Self.run(shell, scratch, ["run", "./it's"]).stdoutText == "quoted\n")
        // The shell is replaced, so signals reach the command.
        let signal = try await Self.run(shell, scratch, ["run", "sh", "-c", "kill -TERM $$"])
        #expect(signal.exit == .signal(15), "\(signal.exit)")
    }

    @Test func `a missing command and an absent program end with a reason`() async throws {
        let scratch = try Self.code(["a": "x"], executable: [])
        let none = try await Self.run("sh", scratch, ["run"])
        #expect(none.exit == .code(126) && none.stderrText == "launch: the run has no command\n")
        let absent = try await Self.run("sh", scratch, ["run", "no-such-program"])
        #expect(absent.exit == .code(127), "\(absent.exit)")
    }

    @Test(.enabled(if: getuid() != 0 || Subprocess.find("unshare") != nil, "root can change every file"))
    func `code that cannot be changed runs in a copy`() async throws {
        let scratch = try Self.code(["run.sh": "#!/bin/sh\npwd\n", "d/x": "1"], executable: ["run.sh"])
        let script = "\(scratch.path)/code/.launch-start"
        // A read-only mount, which root cannot change either.
        let line =
            "mount --bind \(scratch.path)/code \(scratch.path)/code && "
            + "mount -o remount,bind,ro \(scratch.path)/code && export TMPDIR=\(scratch.path) && exec sh \(script) run ./run.sh"
        let done = try await Subprocess.run("unshare", ["-rm", "sh", "-c", line])
        // Some machines do not permit user namespaces.
        guard !done.stderrText.contains("unshare:"), !done.stderrText.contains("mount:") else { return }
        #expect(done.exit.isSuccess, "\(done.stderrText)")
        #expect(done.stderrText.contains("cannot be made executable, so the command runs in a copy"))
        #expect(done.stdoutText.hasPrefix("\(scratch.path)/launch-code."), "\(done.stdoutText)")
    }

    @Test func `requirements are installed only on request, and a failure ends the start with its exit code`()
        async throws
    {
        let scratch = try Self.code(
            ["requirements.txt": "x\n", "bin/python3": "#!/bin/sh\necho \"$@\"\nexit ${STATUS:-0}\n"],
            executable: ["bin/python3"])
        try scratch.setMode("code/bin/python3", 0o755)
        let path = "PATH=\(scratch.path)/code/bin:$PATH"
        let script = "\(scratch.path)/code/.launch-start"
        let off = try await Subprocess.run("sh", ["-c", "\(path) sh \(script) run echo trained"])
        #expect(off.stdoutText == "trained\n" && off.stderrText.isEmpty)
        let on = try await Subprocess.run("sh", ["-c", "\(path) sh \(script) install echo trained"])
        #expect(on.stdoutText == "trained\n")
        #expect(on.stderrText.contains("-m pip install --no-input --disable-pip-version-check -r requirements.txt"))
        let failed = try await Subprocess.run(
            "sh", ["-c", "export STATUS=3 \(path); sh \(script) install echo trained"])
        #expect(failed.exit == .code(3) && failed.stdoutText.isEmpty, "\(failed.exit) \(failed.stdoutText)")
        #expect(failed.stderrText.contains("requirements.txt cannot be installed (exit code 3)"))
    }

    @Test func `code over the limit is not copied`() {
        let entry = ContextEntry(path: "x", kind: .file, mode: 0o755, size: StartScript.mostCopied + 1)
        #expect(!StartScript(CodeTree([entry])).text.contains("cp -R"))
        #expect(StartScript(CodeTree([entry])).text.contains("some files stay without their execute bit"))
    }
}
