import LaunchConsole
import Testing

@Suite struct ProgramTests {
    struct Broken: Error {}

    private func outcome(of body: @escaping Command.Body) async -> Outcome {
        await run(
            ["work"],
            tree: Command("p", summary: "Test", groups: [CommandGroup([Command("work", summary: "Work", run: body)])]))
    }

    @Test func `an error becomes a message and a code`() async {
        let outcome = await outcome { _, _ in throw Broken() }
        #expect(outcome.errors == "error: failed: Broken()\n")
        #expect(outcome.code == .internalFault)
    }

    @Test func `cancellation is an interruption`() async {
        let outcome = await outcome { _, _ in throw CancellationError() }
        #expect(outcome.errors == "")
        #expect(outcome.code == .interrupted)
    }

    @Test func `a command's own usage error names the command`() async {
        let outcome = await outcome { _, _ in throw UsageError("--a and --b cannot be combined") }
        #expect(outcome.errors == "error: --a and --b cannot be combined\nSee 'p work --help'.\n")
        #expect(outcome.code == .usage)
    }

    @Test(arguments: ExitCode.allCases) func `a command's code is the program's code`(code: ExitCode) async {
        #expect(await outcome { _, _ in code }.code == code)
    }

    @Test func `the codes are what scripts rely on`() {
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 64, 65, 69, 70, 75, 77, 78, 130])
    }
}
