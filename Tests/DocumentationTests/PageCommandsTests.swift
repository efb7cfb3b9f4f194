import Foundation
import LaunchCommands
import Testing

@testable import LaunchConsole
@testable import launch

/// Each command of the pages is run by a script that reads the page, tried by a test, or marked with what it needs; and
/// each command of the program exists.
///
/// A block of commands is fenced as `sh`, with a comment on the line above:
/// - `<!-- run by SCRIPT -->` or `<!-- run by SCRIPT: HOW -->`: the script executes it from the page
/// - `<!-- tried by SUITE, SCRIPT, … -->`: these run the same commands with other values
/// - `<!-- needs AWS and docker -->`: nothing runs it, and the text before it says what it needs
/// - `<!-- for developers -->`: scripts of this repository, git and swift
struct PageCommandsTests {
    private static let generated = [
        "docs/commands.md", "docs/plugins-reference.md", "docs/modules.md", "docs/metrics.md",
    ]

    private static func pages() throws -> [MarkdownPage] {
        try MarkdownPage.all().filter { !generated.contains($0.path) }
    }

    @Test func `each command of the program in the pages exists`() throws {
        let root = LaunchProgram.make(catalog: catalog, version: "").root
        var count = 0
        for page in try Self.pages() {
            for block in page.blocks where block.language == "sh" {
                for words in ShellLines(block.text).commands.compactMap({ PageCommand($0)?.ofLaunch }) {
                    count += 1
                    #expect(
                        throws: Never.self, "\(page.path):\(block.line): launch \(words.joined(separator: " "))",
                        performing: { _ = try Parser.parse(words, root: root, environment: [:]) })
                }
            }
            // In a sentence, words are missing, but none is unknown.
            for (line, text) in page.proseLines {
                for match in text.matches(of: /`launch ([^`]+)`/) {
                    count += 1
                    var reader = LineReader(root)
                    let words = (ShellLines(String(match.1)).commands.first ?? []).prefix {
                        !["...", "…"].contains($0)
                    }
                    for word in words where word.first?.isLetter == true || word.first == "-" { reader.read(word) }
                    let fault = reader.fault?.message ?? ""
                    #expect(!fault.hasPrefix("unknown"), "\(page.path):\(line): launch \(match.1): \(fault)")
                }
            }
        }
        #expect(count > 200, "commands are not recognized")
    }

    @Test func `each block of commands says how it is tried`() throws {
        var run = 0
        for page in try Self.pages() {
            for block in page.blocks {
                let place = "\(page.path):\(block.line)"
                let commands = ShellLines(block.text).commands.compactMap(PageCommand.init)
                guard block.language == "sh" else {
                    let isShell = ["bash", "shell", "console"].contains(block.language)
                    #expect(!isShell, "\(place): fence the commands as sh")
                    continue
                }
                let note = block.note ?? ""
                if let match = note.wholeMatch(of: /run by (scripts\/[a-z-]+)(?:: (.+))?/) {
                    run += commands.count
                    try Self.checkRun(by: String(match.1), how: match.2.map(String.init), page, place)
                } else if let match = note.wholeMatch(of: /tried by (.+)/) {
                    try Self.checkTried(by: match.1.split(separator: ", ").map(String.init), commands, place)
                } else if let match = note.wholeMatch(of: /needs (.+)/) {
                    let needs = match.1.split(separator: " and ").map(String.init)
                    let isSaid = page.paragraphs(about: block.line).contains { text in
                        text.contains(/\bneeds?\b/) && needs.allSatisfy(text.contains)
                    }
                    #expect(isSaid, "\(place): the text before it does not say that it needs \(match.1)")
                } else if note == "for developers" {
                    for command in commands { try Self.checkScript(command, place) }
                } else {
                    Issue.record("\(place): the block does not say how its commands are tried")
                }
            }
        }
        #expect(run > 50, "commands are not recognized")
    }

    /// The commands of a block without a note are never tried.
    @Test func `no commands are outside of fenced blocks`() throws {
        let programs: Set = [
            "launch", "sudo", "aws", "docker", "helm", "kubectl", "systemctl", "terraform", "apt-get", "psql", "git",
            "install", "mkdir", "tar", "swift", "curl", "$",
        ]
        for page in try Self.pages() {
            var isCode = false
            var before: Substring = ""
            for (index, line) in page.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let own = line.drop { $0 == " " }
                if own.hasPrefix("```") { isCode.toggle() }
                let first = own.split(separator: " ").first.map(String.init) ?? ""
                // The diagram of the pipeline.
                let isOther = own.hasPrefix("launch spec + queue")
                let isStart = !isCode && line.hasPrefix("    ") && before.isEmpty && !isOther
                #expect(!(isStart && programs.contains(first)), "\(page.path):\(index + 1): fence the commands as sh")
                before = line
            }
        }
    }

    @Test func `commands are read as a shell reads them`() {
        let text = """
            # a comment
            A=1 sudo -u x env B=2 launch run --image "$(id | cut -c 1)" -- 'a b' \\
                c > out 2>&1
            cat > f <<'END'
            launch nothing
            END
            run=$(launch submit -q q)
            """
        #expect(
            ShellLines(text).commands == [
                ["id"], ["cut", "-c", "1"],
                ["A=1", "sudo", "-u", "x", "env", "B=2", "launch", "run", "--image", "$(…)", "--", "a b", "c"],
                ["cat"], ["launch", "submit", "-q", "q"], ["run=$(…)"],
            ])
        #expect(
            ShellLines(text).commands.compactMap { PageCommand($0)?.program } == [
                "id", "cut", "launch", "cat", "launch",
            ])
        #expect(PageCommand(["kubectl", "exec", "p", "--", "launch", "doctor"])?.ofLaunch == ["doctor"])
    }

    private static func checkRun(by script: String, how: String?, _ page: MarkdownPage, _ place: String) throws {
        guard Repository.exists(script) else {
            Issue.record("\(place): \(script) does not exist")
            return
        }
        let text = try Repository.text(script)
        #expect(
            text.contains("page-commands \(script)") || text.contains("page-commands scripts/"), "\(place): \(script)")
        #expect(text.contains(page.path), "\(place): \(script) does not read the page")
        if let how {
            let steps = try text + Repository.text("scripts/lib/guide-step.sh")
            #expect(
                ["'\(how)'", "\"\(how)\"", "= \(how) "].contains(where: steps.contains),
                "\(place): \(script) does not know '\(how)'")
        }
    }

    /// The sources contain the words of each command.
    private static func checkTried(by names: [String], _ commands: [PageCommand], _ place: String) throws {
        var sources = " "
        for name in names {
            let path = try name.contains("/") ? name : suite(name)
            guard let path, Repository.exists(path) else {
                Issue.record("\(place): there is no \(name)")
                continue
            }
            sources += try Repository.text(path).replacing(/[^A-Za-z0-9_-]+/, with: " ") + " "
        }
        let root = LaunchProgram.make(catalog: catalog, version: "").root
        for command in commands where !["cat", "cp", "mkdir", "date"].contains(command.program) {
            var words = [command.program]
            if let own = command.ofLaunch {
                var reader = LineReader(root)
                for word in own { reader.read(word) }
                words = Array(reader.pathNames.dropFirst())
            } else if command.program.hasPrefix("scripts/") {
                words = [String(command.program.dropFirst("scripts/".count))]
            }
            let isThere = sources.contains(" \(words.joined(separator: " ")) ")
            #expect(
                isThere, "\(place): \(names.joined(separator: ", ")) does not contain '\(words.joined(separator: " "))'"
            )
        }
    }

    private static func suite(_ name: String) throws -> String? {
        let tests = Repository.root.appending(path: "Tests").path
        return try FileManager.default.subpathsOfDirectory(atPath: tests).first { $0.hasSuffix("/\(name).swift") }
            .map { "Tests/\($0)" }
    }

    /// A script of this repository exists and knows its options.
    private static func checkScript(_ command: PageCommand, _ place: String) throws {
        guard command.program.hasPrefix("scripts/") else {
            let isKnown = ["swift", "git", "tar", "./launch-0.2.0-linux-x86_64/launch"].contains(command.program)
            #expect(isKnown, "\(place): \(command.program)")
            return
        }
        guard Repository.exists(command.program) else {
            Issue.record("\(place): \(command.program) does not exist")
            return
        }
        // scripts/test passes its arguments on to swift, scripts/soak to its program.
        let passes = ["scripts/test", "scripts/soak"].contains(command.program)
        let text = try Repository.text(command.program)
        for option in command.arguments where option.hasPrefix("--") && !passes {
            #expect(text.contains(option), "\(place): \(command.program) does not know \(option)")
        }
    }
}

extension MarkdownPage {
    /// The paragraphs that a reader of a line has read: those of its section up to it, and those before the first section.
    func paragraphs(about line: Int) -> [String] {
        let before = proseLines.filter { $0.line < line && !$0.text.drop { $0 == " " }.hasPrefix("<!--") }
        let start = before.last { $0.text.hasPrefix("#") }?.line ?? 0
        let intro = proseLines.first { $0.text.hasPrefix("## ") }?.line ?? 0
        let read = before.filter { $0.line >= start || $0.line < intro }
        return read.split { $0.text.isEmpty }.map { $0.map(\.text).joined(separator: " ") }
    }
}
