import ConsoleSample
import FoundationEssentials
import LaunchConsole
import Testing

@Suite struct TreeTests {
    private func command(
        _ name: String, options: [Option] = [], arguments: [Argument] = [], examples: [Example] = []
    ) -> Command {
        Command(name, summary: "Do it", examples: examples, options: options, arguments: arguments) { _, _ in .ok }
    }

    @Test func `the sample is sound`() {
        let program = Program(Sample.tree) { _ in Program.Failure(nil, .internalFault) }
        #expect(TreeCheck.problems(in: program.root) == [])
    }

    @Test func `every slip is found`() {
        let both = Command("both", summary: "Ends with a stop.", groups: [])
        let tree = Command(
            "t", summary: "All wrong", options: [Option(flag: "all", "a", help: "All.", global: true)],
            advice: ["one": "'t one' does it", "rm": "'t delete' does it", "x": "do it yourself"],
            groups: [
                CommandGroup([
                    command(
                        "one",
                        options: [
                            Option(flag: "all", help: "Again."), Option("any", "a", value: "X", help: ""),
                            Option("level", value: "X", help: "It.", default: "z", values: .oneOf(["x", "y"])),
                            Option(flag: "--odd", "h", help: "Odd."),
                        ],
                        arguments: [
                            Argument("name", help: "It.", required: false, repeatable: true),
                            Argument("any", help: ""),
                        ],
                        examples: [
                            Example("Wrong", "t one --nope | cat"), Example("Other", "ls"), Example("Open", "t 'one"),
                            Example("Right", "x=$(t one a b) && true"),
                            Example("Right too", "t one a $(t one --nope x)"),
                        ])
                ]),
                CommandGroup("More", [command("one"), both]),
            ])
        #expect(
            TreeCheck.problems(in: tree) == [
                "t: two subcommands are called 'one'",
                "t: the advice about 'one' hides a command",
                "t: the advice about 'rm' does not parse: unknown command 'delete' for 't'",
                "t: the advice about 'x' names no command",
                "t one: two options are called --all",
                "t one: two options are called -a",
                "t one: two options are called -h",
                "t one: 'any' is an argument and an option",
                "t one: --any has no help",
                "t one: the default 'z' of --level is not allowed",
                "t one: '--odd' cannot be typed as an option",
                "t one: argument 'any' has no help",
                "t one: only the last argument may be repeatable",
                "t one: a required argument follows an optional one",
                "t one: the example 't one --nope | cat' does not parse: unknown option '--nope'",
                "t one: no part of the example 'ls' calls t",
                "t one: no part of the example 't 'one' calls t",
                "t both: the summary ends with a full stop",
                "t both: it neither runs nor groups anything",
            ])
    }

    @Test func `the dump is JSON`() throws {
        struct Dump: Decodable {
            struct Group: Decodable { let heading: String?; let commands: [Dump] }
            struct Option: Decodable { let long: String; let short: String?; let oneOf: [String]? }
            let name: String
            let options: [Option]
            let groups: [Group]
        }
        let text = try TreeDump.json(of: Sample.tree)
        let dump = try JSONDecoder().decode(Dump.self, from: Data(text.utf8))
        #expect(dump.groups.map(\.heading) == ["Work", "Everything else"])
        #expect(dump.groups.flatMap(\.commands).map(\.name) == ["belt", "echo", "completion"])
        let add = try #require(dump.groups.first?.commands.first?.groups.first?.commands.first)
        #expect(add.options.map(\.long) == ["to", "stamp", "priority", "weight", "into", "dry-run"])
        #expect(add.options.first { $0.long == "priority" }?.oneOf == ["high", "medium", "low"])
        #expect(text == (try TreeDump.json(of: Sample.tree)))
    }
}
