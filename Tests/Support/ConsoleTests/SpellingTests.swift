import ConsoleSample
import LaunchConsole
import Synchronization
import Testing

/// Every option of every command of the sample, in every spelling.
@Suite struct SpellingTests {
    struct Case: Sendable, CustomStringConvertible {
        let path: [String]
        let option: Option
        var description: String { (path + [option.spelling]).joined(separator: " ") }
    }

    static let cases: [Case] = collect(Sample.tree, [], [])

    private static func collect(_ command: Command, _ path: [String], _ inherited: [Option]) -> [Case] {
        let options = inherited + command.options
        let own = command.run == nil ? [] : options.map { Case(path: path, option: $0) }
        return own
            + command.subcommands.filter { !$0.isHidden }.flatMap {
                collect($0, path + [$0.name], options.filter(\.isGlobal))
            }
    }

    /// Parses with a tree that has the same options; its commands print their values.
    private func parse(_ words: [String], of name: String) async -> [String]? {
        let seen = Seen()
        let outcome = await run(words, tree: instrumented(Sample.tree, name, seen))
        return outcome.code == .ok ? seen.values.withLock { $0 } : nil
    }

    private final class Seen: Sendable {
        let values = Mutex<[String]?>(nil)
    }

    private func instrumented(_ command: Command, _ name: String, _ seen: Seen) -> Command {
        var copy = command
        copy.arguments = copy.arguments.map { argument in
            var optional = argument
            optional.isRequired = false
            return optional
        }
        if copy.run != nil {
            copy.run = { arguments, _ in
                seen.values.withLock { $0 = arguments.strings(name) }
                return .ok
            }
        }
        for index in copy.groups.indices {
            copy.groups[index].commands = copy.groups[index].commands.map { instrumented($0, name, seen) }
        }
        return copy
    }

    @Test(arguments: cases) func `every spelling means the same`(item: Case) async {
        let option = item.option
        let value = option.isFlag ? "" : "low"
        var spellings =
            option.isFlag ? [[option.spelling]] : [["--\(option.long)", value], ["--\(option.long)=\(value)"]]
        if let short = option.short {
            spellings +=
                option.isFlag
                ? [["-\(short)"]] : [["-\(short)", value], ["-\(short)\(value)"], ["-\(short)=\(value)"]]
            // After another flag in the same word.
            spellings.append(option.isFlag ? ["-v\(short)"] : ["-v\(short)\(value)"])
        }
        for spelling in spellings {
            let expected = spelling == ["-vv"] ? ["", ""] : [value]
            #expect(await parse(item.path + spelling, of: option.long) == expected, "\(spelling)")
            if option.isGlobal {
                #expect(await parse(spelling + item.path, of: option.long) == expected, "\(spelling) first")
            }
            let twice = await parse(item.path + spelling + spelling, of: option.long)
            let all = expected + expected
            // An option that is not repeatable keeps all its values too; the getter of one value returns the last.
            #expect(twice == all, "\(spelling) twice")
        }
    }

    @Test func `there are cases`() {
        #expect(Self.cases.count > 20)
    }
}
