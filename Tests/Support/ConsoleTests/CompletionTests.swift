import ConsoleSample
import LaunchConsole
import Testing

@Suite struct CompletionTests {
    @Test(arguments: [
        (
            [""],
            [
                "words", "belt\tManage the belt", "echo\tSay it again",
                "completion\tPrint the completion script for a shell", "help\tShow the help of a command",
            ]
        ),
        (["be"], ["words", "belt\tManage the belt"]),
        (["help", "belt", "l"], ["words", "list\tList the parcels"]),
        (["--config", ""], ["files"]),
        (["--config", "x", "belt", "a"], ["words", "add\tPut a parcel on the belt"]),
        (["belt", "add", "--pr"], ["words", "--priority\tHow soon it goes."]),
        (["belt", "add", "--priority", ""], ["words", "high", "medium", "low"]),
        (["belt", "add", "-p", "m"], ["words", "medium"]),
        (["belt", "add", "--priority=l"], ["words", "--priority=low"]),
        (["belt", "add", "-ph"], ["words", "-phigh"]),
        (["belt", "add", "--to", "o"], ["words", "oslo\tthe north", "ost:ende"]),
        (["belt", "add", "--into="], ["directories\t--into="]),
        (["--config=/et"], ["files\t--config="]), (["-c/et"], ["files\t-c"]),
        (["belt", "add", "--dry-run", "--dry"], ["words"]),
        (["belt", "add", "--stamp", "a=b", "--st"], ["words", "--stamp\tA stamp on the parcel."]),
        (["belt", "add", "--secret"], ["words"]),
        (["belt", "add", ""], ["words"]),
        (["belt", "add", "x", "--", ""], ["files"]),
        (["belt", "zebra", ""], ["words", "add\tPut a parcel on the belt", "list\tList the parcels"]),
        (["completion", ""], ["words", "bash", "zsh", "fish"]),
        (["--unknown", "be"], ["words", "belt\tManage the belt"]),
    ])
    func `answers`(words: [String], lines: [String]) async {
        let outcome = await run(["__complete", "--"] + words)
        #expect(outcome.output == lines.joined(separator: "\n") + "\n")
        #expect(outcome.errors == "")
    }

    @Test func `an empty line is answered too`() async {
        #expect(await run(["__complete", "--"]).output.contains("belt"))
        #expect(await run(["__complete"]).output.contains("belt"))
    }

    @Test(arguments: Shell.allCases) func `scripts are valid`(shell: Shell) throws {
        guard SampleProgram.isInstalled(shell.rawValue) else { return }
        let script = shell.script(program: "my-program")
        let result = try SampleProgram.output([shell.rawValue, "-n", "/dev/stdin"], script: script)
        #expect(result.errors == "")
        #expect(result.status == 0)
        #expect(!script.contains("@PROGRAM@") && !script.contains("@FUNCTION@"))
        #expect(script.contains("my-program") && script.contains("_my_program"))
    }

    @Test(
        .enabled(if: SampleProgram.isInstalled("bash")),
        arguments: [
            ("sample be", ["sample", "be"], ["belt"]),
            ("sample belt ", ["sample", "belt", ""], ["add", "list"]),
            ("sample belt add --priority ", ["sample", "belt", "add", "--priority", ""], ["high", "medium", "low"]),
            ("sample belt add --priority=", ["sample", "belt", "add", "--priority", "="], ["high", "medium", "low"]),
            ("sample belt add --priority=m", ["sample", "belt", "add", "--priority", "=", "m"], ["medium"]),
            ("sample belt add --to ost:e", ["sample", "belt", "add", "--to", "ost", ":", "e"], ["ende"]),
            ("sample belt add --to  os", ["sample", "belt", "add", "--to", "os"], ["oslo", "ost:ende"]),
            ("sample --config /etc/passw", ["sample", "--config", "/etc/passw"], ["/etc/passwd", "/etc/passwd-"]),
            ("sample -c/etc/passw", ["sample", "-c/etc/passw"], ["-c/etc/passwd", "-c/etc/passwd-"]),
            (
                "sample --config=/etc/passwd", ["sample", "--config", "=", "/etc/passwd"],
                ["/etc/passwd", "/etc/passwd-"]
            ),
        ])
    func `bash proposes`(line: String, words: [String], expected: [String]) throws {
        let program = try SampleProgram.path
        let script = """
            source <("\(program)" completion bash)
            COMP_LINE='\(line)'
            COMP_POINT=${#COMP_LINE}
            COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " ")))
            COMP_CWORD=\(words.count - 1)
            _sample_complete "\(program)" "" ""
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let result = try SampleProgram.output(["bash", "--norc", "/dev/stdin"], script: script)
        #expect(result.errors == "")
        let proposed = result.output.split(separator: "\n").map(String.init)
        // There may be other files too.
        #expect(line.contains("/etc") ? proposed.contains(expected[0]) : proposed == expected)
    }

    @Test(
        .enabled(if: SampleProgram.isInstalled("fish")),
        arguments: [
            ("sample be", "belt\tManage the belt\n"), ("sample belt add -p ", "high\nlow\nmedium\n"),
            ("sample belt add --priority=m", "--priority=medium\n"), ("sample --config /etc/passw", "/etc/passwd"),
            ("sample --config=/etc/passw", "--config=/etc/passwd"), ("sample -c/etc/passw", "-c/etc/passwd"),
            ("sample belt add --into=/us", "--into=/usr/"), ("sample belt add --into /us", "/usr/"),
            ("sample --config=/no-such-file", ""),
        ])
    func `fish proposes`(line: String, expected: String) throws {
        let program = try SampleProgram.path
        let script = """
            function sample; "\(program)" $argv; end
            sample completion fish | source
            complete -C '\(line)'
            """
        let result = try SampleProgram.output(["fish", "--no-config", "/dev/stdin"], script: script)
        #expect(result.output.hasPrefix(expected))
    }
}
