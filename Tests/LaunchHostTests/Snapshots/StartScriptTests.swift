import Foundation
import LaunchCrypto
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

    // MARK: the check

    /// A folder with the list of its files, and the words that start a command in it.
    private static func checked(_ files: KeyValuePairs<String, String>) throws -> (Scratch, [String]) {
        let scratch = try Scratch()
        try scratch.write(files, in: "code")
        var entries = files.map { name, text in
            ContextEntry(path: name, kind: .file, mode: 0o644, size: Int64(text.utf8.count))
        }
        entries.append(ContextEntry(path: "d", kind: .folder, mode: 0o755))
        let tree = CodeTree(entries, contents: files.map { SHA256.hex($0.value.utf8) } + [nil])
        let list = CodeList(tree.files)
        let script = StartScript(tree, list).text
        try scratch.write([".launch-files": list.text, ".launch-start": script], in: "code")
        let code = JobCode(
            digest: nil, files: 1, bytes: 1, longestPath: "", hasRequirements: false,
            startDigest: SHA256.hex(script.utf8))
        return (
            scratch,
            CodeChannel.start(["echo", "trained"], of: code, installs: false)
                .map { $0.replacing(CodeChannel.folder, with: "\(scratch.path)/code") }
        )
    }

    private static func start(_ words: [String], by shell: String) async throws -> Subprocess.Result {
        let first = shell == "busybox" ? ["sh"] : []
        return try await Subprocess.run(shell, first + words.dropFirst())
    }

    @Test(arguments: shells)
    func `a changed, missing or added file ends the start`(_ shell: String) async throws {
        let files: KeyValuePairs = ["a b": "1", "d/-x": "2", "d/.h": "3", "odd\\name": "4", "it's": "5"]
        let (same, words) = try Self.checked(files)
        let good = try await Self.start(words, by: shell)
        #expect(good.stdoutText == "trained\n" && good.stderrText.isEmpty, "\(good.stderrText)")
        #expect(FileManager.default.fileExists(atPath: "\(same.path)/code/odd\\name"))
        for (path, text) in [
            ("d/-x", "9"), ("odd\\name", "9"), (".launch-files", ""), (".launch-start", "echo stolen"), ("d/new", ""),
            (".new", ""),
        ] {
            let (scratch, words) = try Self.checked(files)
            try scratch.write([path: text], in: "code")
            let bad = try await Self.start(words, by: shell)
            #expect(bad.exit == .code(126) && bad.stdoutText.isEmpty, "\(path): \(bad.exit) \(bad.stdoutText)")
            #expect(bad.stderrText.hasPrefix("launch: "), "\(path): \(bad.stderrText)")
            #expect(bad.stderrText.contains("is not what was uploaded"), "\(path): \(bad.stderrText)")
        }
        let (scratch, other) = try Self.checked(files)
        try FileManager.default.removeItem(atPath: "\(scratch.path)/code/it's")
        let missing = try await Self.start(other, by: shell)
        #expect(missing.exit == .code(126) && missing.stderrText.contains("it's"), "\(missing.stderrText)")
    }

    @Test func `without sha256sum the command starts, and the log says that nothing is checked`() async throws {
        let (scratch, words) = try Self.checked(["a": "1"])
        for name in ["sh", "echo"] {
            try FileManager.default.createDirectory(
                atPath: "\(scratch.path)/bin", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: "\(scratch.path)/bin/\(name)", withDestinationPath: try #require(Subprocess.find(name)))
        }
        let line = words.dropFirst().map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
        let done = try await Subprocess.run("sh", ["-c", "PATH=\(scratch.path)/bin; exec sh \(line)"])
        #expect(done.stdoutText == "trained\n", "\(done.stderrText)")
        #expect(done.stderrText == "launch: the image has no sha256sum, so the code is not checked\n")
    }
}
