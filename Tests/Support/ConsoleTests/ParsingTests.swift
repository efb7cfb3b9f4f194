import ConsoleSample
import LaunchConsole
import Testing

@Suite struct ParsingTests {
    private func add(_ words: String..., environment: [String: String] = [:]) async -> Outcome {
        await run(["belt", "add"] + words, environment: environment)
    }

    @Test func `defaults where nothing is reported`() async {
        let outcome = await add("books")
        #expect(outcome.code == .ok)
        #expect(
            outcome.output
                == "parcel=books more=[] to=- stamps=[] priority=medium weight=- dry=false verbose=0 json=false "
                + "config=- rest=[]\n")
    }

    @Test func `everything at once`() async {
        let outcome = await run([
            "-c", "a.yaml", "belt", "-v", "add", "books", "-nvv", "--to=rome", "--stamp", "a=1=2", "-pp", "x", "y",
            "-p=high", "--stamp=b=", "-w12", "--json", "--", "--to", "-n",
        ])
        // In -pp, the second p is the value of the first.
        #expect(outcome.errors.contains("--priority must be one of high, medium, low, found 'p'"))
        let valid = await run([
            "-c", "a.yaml", "belt", "-v", "add", "books", "-nvv", "--to=rome", "--stamp", "a=1=2", "-plow", "x", "y",
            "-p=high", "--stamp=b=", "-w12", "--json", "--", "--to", "-n",
        ])
        #expect(valid.errors == "")
        #expect(
            valid.output
                == "parcel=books more=[\"x\", \"y\"] to=rome stamps=[\"a->1=2\", \"b->\"] priority=high weight=12 "
                + "dry=true verbose=3 json=true config=a.yaml rest=[\"--to\", \"-n\"]\n")
    }

    @Test func `dash is an argument and negative numbers are values`() async {
        let outcome = await add("-", "-w", "-5")
        #expect(outcome.errors.contains("--weight needs a whole number from 1 to 5000, found '-5'"))
    }

    @Test func `after the double dash words are arguments where nothing else is declared`() async {
        #expect(await run(["echo", "a", "--", "-b", "--c"]).output == "a -b --c\n")
    }

    @Test(arguments: [
        (["belt", "add", "--too", "x"], "unknown option '--too'; did you mean '--to'?", "sample belt add"),
        (
            ["belt", "add", "--priorty=low"], "unknown option '--priorty'; did you mean '--priority'?",
            "sample belt add"
        ),
        (["belt", "add", "--zebra"], "unknown option '--zebra'", "sample belt add"),
        (["belt", "add", "-vx"], "unknown option '-x' in '-vx'", "sample belt add"),
        (["belt", "add", "-json"], "unknown option '-j' in '-json'; did you mean '--json'?", "sample belt add"),
        (["bell"], "unknown command 'bell' for 'sample'; did you mean 'belt'?", "sample"),
        (["belt", "ad", "x"], "unknown command 'ad' for 'sample belt'; did you mean 'add'?", "sample belt"),
        (["belt", "zebra"], "unknown command 'zebra' for 'sample belt'", "sample belt"),
        (["__complet"], "unknown command '__complet' for 'sample'", "sample"),
        (["belt"], "'sample belt' needs a command: add, list", "sample belt"),
        (["-v"], "'sample' needs a command: belt, echo, completion, help", "sample"),
        (["belt", "add", "x", "--to"], "--to needs a value (TOWN)", "sample belt add"),
        (["belt", "add", "x", "-t"], "-t needs a value (TOWN)", "sample belt add"),
        (["belt", "add", "x", "-t", "--json"], "-t needs a value (TOWN), found '--json'", "sample belt add"),
        (["belt", "add", "x", "--to", "--"], "--to needs a value (TOWN), found '--'", "sample belt add"),
        (["belt", "add", "x", "--json=yes"], "--json takes no value, found '--json=yes'", "sample belt add"),
        (["belt", "add"], "missing argument PARCEL", "sample belt add"),
        (["belt", "add", ""], "PARCEL must not be empty", "sample belt add"),
        (["belt", "list", "x"], "unexpected argument 'x'", "sample belt list"),
        (
            ["belt", "add", "x", "-p", "hgih"],
            "--priority must be one of high, medium, low, found 'hgih'; did you mean 'high'?", "sample belt add"
        ),
        (
            ["completion", "bsh"], "SHELL must be one of bash, zsh, fish, found 'bsh'; did you mean 'bash'?",
            "sample completion"
        ),
        (
            ["belt", "add", "x", "-w", "9223372036854775808"],
            "--weight needs a whole number from 1 to 5000, found '9223372036854775808'", "sample belt add"
        ),
        (["belt", "add", "x", "--stamp", "=1"], "--stamp needs KEY=VALUE, found '=1'", "sample belt add"),
        (["belt", "add", "--\u{1B}[31m"], "unknown option '--\\x1b[31m'", "sample belt add"),
        (["cancel"], "unknown command 'cancel' for 'sample'; 'sample belt list' shows what can be taken off", "sample"),
        (
            ["help", "cancel"], "unknown command 'cancel' for 'sample'; 'sample belt list' shows what can be taken off",
            "sample"
        ),
        (["help", "belt", "ads"], "unknown command 'ads' for 'sample belt'; did you mean 'add'?", "sample belt"),
    ])
    func `faults`(words: [String], message: String, command: String) async {
        let outcome = await run(words)
        #expect(outcome.errors == "error: \(message)\nSee '\(command) --help'.\n")
        #expect(outcome.output == "")
        #expect(outcome.code == .usage)
    }

    @Test func `only one file is standard input`() async {
        let file = Option("file", value: "FILE", help: "It.", environment: "T_FILE", values: .files)
        let other = Option("other", value: "TEXT", help: "It.")
        let read = Command(
            "read", summary: "Read", options: [file, other],
            arguments: [Argument("path", help: "It.", required: false, values: .files)]
        ) { _, _ in .ok }
        let tree = Command("t", summary: "A tree", groups: [CommandGroup([read])])
        for words in [["read", "-"], ["read", "--file", "-", "x"], ["read", "--file", "-", "--other", "-"]] {
            #expect(await run(words, tree: tree).code == .ok, "\(words)")
        }
        let both = await run(["read", "--file=-", "-"], tree: tree)
        #expect(both.code == .usage)
        #expect(
            both.errors.hasPrefix("error: only one of --file and PATH can be '-': standard input is read once\n"))
    }

    @Test func `the environment stands in for options`() async {
        let environment = [
            "SAMPLE_CONFIG": "e.yaml", "SAMPLE_JSON": "yes", "SAMPLE_PRIORITY": "low", "SAMPLE_WEIGHT": "",
        ]
        let outcome = await add("x", environment: environment)
        #expect(outcome.output.contains("priority=low weight=- dry=false verbose=0 json=true config=e.yaml"))
        let overridden = await add("x", "--priority", "high", environment: environment)
        #expect(overridden.output.contains("priority=high"))
    }

    @Test(arguments: [
        (
            "SAMPLE_PRIORITY", "lo",
            "$SAMPLE_PRIORITY (for --priority) must be one of high, medium, low, found 'lo'; did you mean 'low'?"
        ),
        ("SAMPLE_WEIGHT", "heavy", "$SAMPLE_WEIGHT (for --weight) needs a whole number from 1 to 5000, found 'heavy'"),
        ("SAMPLE_JSON", "maybe", "$SAMPLE_JSON (for --json) must be true or false, found 'maybe'"),
    ])
    func `faults of the environment`(name: String, value: String, message: String) async {
        let outcome = await add("x", environment: [name: value])
        #expect(outcome.code == .usage)
        #expect(outcome.errors == "error: \(message)\nSee 'sample belt add --help'.\n")
    }

    @Test func `a flag can be switched off in the environment`() async {
        #expect(await add("x", environment: ["SAMPLE_JSON": "0"]).output.contains("json=false"))
    }
}
