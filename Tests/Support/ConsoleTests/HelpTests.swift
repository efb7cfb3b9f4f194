import ConsoleSample
import LaunchConsole
import Testing

@Suite struct HelpTests {
    private static let rootHelp = """
        Keep parcels moving

        Usage:
          sample [OPTIONS] COMMAND

        A program that exists to be parsed, completed and explained. This paragraph is long enough to be
        wrapped at any width that a terminal has.

          this line stays as it is

        Examples:
          # Put a parcel on the belt
          sample belt add --to oslo 'old books'

        Work:
          belt  Manage the belt
          echo  Say it again

        Everything else:
          completion  Print the completion script for a shell
          help        Show the help of a command

        Global options:
          -c, --config FILE  Read this configuration.
          -v, --verbose      Say more. (repeatable)
              --json         Print one JSON document.
              --no-color     Print without colours, even on a terminal.
          -h, --help         Show this help.

        Environment:
          SAMPLE_CONFIG  Used if --config is not given.
          SAMPLE_JSON    Used if --json is not given.
          NO_COLOR       Switches colours off.

        See 'sample COMMAND --help' for one of them.

        """

    private static let addHelp = """
        Put a parcel on the belt

        Usage:
          sample belt add [OPTIONS] PARCEL [MORE...] [-- NOTE...]

        Examples:
          # One that is urgent
          sample belt add --to oslo -p high books
          # Hand words on
          sample belt add books -- --fragile | cat

        Arguments:
          PARCEL      What it is.
          MORE        What else is in it.
          -- NOTE...  Handed on as they are.

        Options:
          -t, --to TOWN         Where it goes.
          -p, --priority LEVEL  How soon it goes. (one of
                                high, medium, low; default:
                                medium)
          -w, --weight GRAMS    What it weighs.
              --into FOLDER     Where the receipt goes.
          -n, --dry-run         Only say what would be done.

        Stamps:
              --stamp KEY=VALUE  A stamp on the parcel.
                                 (repeatable)

        Global options:
          -c, --config FILE  Read this configuration.
          -v, --verbose      Say more. (repeatable)
              --json         Print one JSON document.
              --no-color     Print without colours, even on
                             a terminal.
          -h, --help         Show this help.

        Environment:
          SAMPLE_CONFIG    Used if --config is not given.
          SAMPLE_JSON      Used if --json is not given.
          SAMPLE_PRIORITY  Used if --priority is not given.
          SAMPLE_WEIGHT    Used if --weight is not given.

        """

    @Test func `help of the root`() async {
        let device = RecordingDevice(outputIsTTY: true, columns: 200)
        #expect(await run(["--help"], environment: ["NO_COLOR": "1"], device: device).output == Self.rootHelp)
    }

    @Test func `help of a command in a narrow terminal`() async {
        let device = RecordingDevice(outputIsTTY: true, columns: 52)
        let outcome = await run(["belt", "add", "-h"], environment: ["TERM": "dumb"], device: device)
        #expect(outcome.output == Self.addHelp)
        #expect(outcome.errors == "")
    }

    @Test(arguments: [
        ["help", "belt", "add"], ["belt", "add", "--help"], ["-h", "belt", "add"], ["belt", "-h", "add"],
        ["belt", "add", "--quux", "-p", "never", "--help"], ["belt", "add", "-vh"],
        ["--no-color", "help", "belt", "add"],
    ])
    func `every way to ask for it`(words: [String]) async {
        let outcome = await run(words)
        #expect(outcome.code == .ok)
        #expect(outcome.output.hasPrefix("Put a parcel on the belt\n\nUsage:\n  sample belt add "))
        #expect(outcome.errors == "")
    }

    @Test(arguments: [[], ["help"], ["--help"]])
    func `the root explains itself`(words: [String]) async {
        let outcome = await run(words)
        #expect(outcome.code == .ok)
        #expect(outcome.output.contains("Show the help of a command"))
        #expect(!outcome.output.contains("__complete"))
    }

    @Test func `help after the double dash is a word`() async {
        #expect(await run(["echo", "--", "--help"]).output == "--help\n")
    }

    @Test func `colours on a terminal only`() async {
        let device = RecordingDevice(outputIsTTY: true, columns: 80)
        #expect(await run(["--help"], device: device).output.contains("\u{1B}[1mUsage:\u{1B}[0m"))
        #expect(await !run(["--help"]).output.contains("\u{1B}"))
        let plain = RecordingDevice(outputIsTTY: true, columns: 80)
        #expect(await !run(["--help", "--no-color"], device: plain).output.contains("\u{1B}"))
    }

    @Test(arguments: [20, 40, 60, 80, 100]) func `lines fit the width`(width: Int) {
        let text = HelpText(path: [Sample.tree], width: width).text
        let verbatim = ["sample belt add --to oslo", "See 'sample COMMAND"]
        let long = text.split(separator: "\n").filter { line in
            line.count > max(width, 45) && !verbatim.contains { line.contains($0) }
        }
        #expect(long == [])
    }
}
