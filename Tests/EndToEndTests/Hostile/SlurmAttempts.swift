import Foundation
import TestSupport
import Testing

/// Hostile output of Slurm's commands: numbers at the limits, control sequences, other formats, too much.
@Suite("Attempts by Slurm's commands", .timeLimit(.minutes(30)))
struct SlurmAttempts {
    private static let secret = "planted-secret-of-the-agent"

    /// A home with commands that print what a test says.
    private struct Cluster: ProgramHome {
        let folder: TemporaryDirectory

        /// - Parameter listing: the output of squeue after the submit, in which `NAME` is the job's name.
        init(sbatch: String = "echo 7", listing: String) async throws {
            folder = try TemporaryDirectory()
            try folder.write("listing", listing)
            let name = "$(sed -n 's/.*--job-name=\\([^ ]*\\).*/\\1/p' \(folder.file("arguments")))"
            for (command, script) in [
                (
                    "sbatch",
                    "echo \"$*\" >\(folder.file("arguments")); env >\(folder.file("environment")); cat >\(folder.file("script"))\n"
                        + sbatch
                ),
                (
                    "squeue",
                    "[ -e \(folder.file("arguments")) ] || exit 0\nsed \"s/NAME/\(name)/\" \(folder.file("listing"))"
                ),
                ("sacct", "exit 0"), ("scancel", "exit 0"), ("scontrol", "exit 0"),
            ] {
                let path = try folder.write("bin/\(command)", "#!/bin/sh\n\(script)\n")
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            }
            try folder.write("launch/launch-config.yaml", "runner: {type: slurm, commands: \(folder.file("bin"))}\n")
            try folder.write("q.yaml", "command: [python3, train.py]\n")
            try await succeeding("queue", "create", "q", "--resource", "slurm", "--config", "q.yaml")
        }

        var variables: [String: String] {
            [
                "LAUNCH_HOME": folder.file("home"), "HOME": folder.path, "XDG_CONFIG_HOME": folder.path,
                "TMPDIR": folder.path, "AWS_SECRET_ACCESS_KEY": SlurmAttempts.secret, "SBATCH_PARTITION": "evil",
                "SLURM_TASK_PROLOG": "/evil",
            ]
        }
    }

    static let numbers = ["9223372036854775807", "-9223372036854775808", "1e300", "-1", "99999999999999999999"]

    @Test(arguments: numbers)
    func `an ended job with impossible numbers ends the run, and the agent continues`(_ number: String) async throws {
        let cluster = try await Cluster(
            listing: "7|NAME|FAILED|None|0:\(number)|\(number)|\(number)|\(number)|\n")
        let id = try await cluster.succeeding("submit", "-q", "q").word
        let agent = try await cluster.launch("agent", "--drain", "-q", "q")
        #expect(agent.code == 0, "\(agent)")
        let run = try await cluster.facts(of: id)
        #expect(run.state == "failed" && run.exitCode.map { (0...255).contains($0) } ?? true, "\(run)")
    }

    @Test
    func `a restart count at the limit of 64 bits does not end the agent`() async throws {
        let cluster = try await Cluster(
            listing: "7|NAME|PENDING|Resources|0:0|9223372036854775807|1|1|\n")
        let id = try await cluster.succeeding("submit", "-q", "q").word
        let agent = try cluster.start(["agent", "--drain", "-q", "q"])
        #expect(try await eventually { try await cluster.facts(of: id).state == "starting" })
        try cluster.folder.write("listing", "7|NAME|COMPLETED|None|0:0|9223372036854775807|1|2|\n")
        #expect(try await agent.end().code == 0)
        #expect(try await cluster.facts(of: id).state == "succeeded")
    }

    @Test
    func `states and reasons with control sequences are shown without them`() async throws {
        let evil = "\u{1b}]0;pwned\u{7}\u{1b}[31m\u{9b}2J\u{202e}"
        let cluster = try await Cluster(listing: "7|NAME|PENDING\(evil)|\(evil)|0:0|0|1|1|\n")
        let id = try await cluster.succeeding("submit", "-q", "q").word
        let agent = try cluster.start(["agent", "-v", "--drain", "-q", "q"])
        #expect(try await eventually { try await cluster.facts(of: id).state == "running" })
        for words in [["status", id], ["list"], ["events", id], ["doctor"]] {
            let answer = try await cluster.launch(words)
            let text = answer.output + answer.errors
            let unsafe = text.unicodeScalars.filter { $0.value < 32 && !"\n\t\r".unicodeScalars.contains($0) }
            #expect(unsafe.isEmpty && !text.contains("\u{9b}") && !text.contains("\u{202e}"), "\(words): \(answer)")
        }
        try cluster.folder.write("listing", "7|NAME|COMPLETED|\(evil)|0:0|0|1|2|\n")
        #expect(try await agent.end().code == 0)
    }

    @Test(arguments: [
        "echo", "echo '../../x'", "echo \"$(printf '7\\033[31m')\"", "head -c 100000 /dev/zero | tr '\\0' 7",
        "echo '7;x;y'; echo 'rm -rf /'", "printf '\\377\\376'", "echo '٣'",
    ])
    func `an ID that is no number is an error of the command, and the run waits in its queue`(_ script: String)
        async throws
    {
        let cluster = try await Cluster(sbatch: script, listing: "")
        let id = try await cluster.succeeding("submit", "-q", "q").word
        let agent = try cluster.start(["agent", "-q", "q"])
        try await agent.hasSaid("sbatch printed")
        try await agent.signal(SIGTERM)
        #expect(try await agent.end().code == 0)
        #expect(try await cluster.facts(of: id).state != "succeeded")
    }

    @Test
    func `sbatch gets no secret of the agent and no variable that changes the job`() async throws {
        let cluster = try await Cluster(listing: "7|NAME|COMPLETED|None|0:0|0|1|2|\n")
        _ = try await cluster.succeeding("submit", "-q", "q", "--env", "TOKEN=of-the-job").word
        #expect(try await cluster.launch("agent", "--drain", "-q", "q").code == 0)
        let environment = try String(contentsOfFile: cluster.folder.file("environment"), encoding: .utf8)
        let arguments = try String(contentsOfFile: cluster.folder.file("arguments"), encoding: .utf8)
        let script = try String(contentsOfFile: cluster.folder.file("script"), encoding: .utf8)
        for word in [Self.secret, "SBATCH_", "SLURM_TASK_PROLOG"] {
            #expect(!environment.contains(word) && !arguments.contains(word) && !script.contains(word), "\(word)")
        }
        // Arguments are visible to every user of the machine, so the job's variables are in the script.
        #expect(!arguments.contains("of-the-job") && script.contains("export TOKEN='of-the-job'"))
        #expect(arguments.contains("--export=NONE"))
    }
}
