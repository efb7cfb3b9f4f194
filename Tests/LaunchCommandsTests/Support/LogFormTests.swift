import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite("log form")
struct LogFormTests {
    @Test
    func `an event is one line of JSON, whatever its texts contain`() throws {
        let line = LogForm.json(
            Date(timeIntervalSince1970: 0), "info", "a \"b\"\nc",
            [("run", "abc"), ("message", "x"), ("level", "\u{1B}"), ("run", "again")])
        #expect(!line.contains("\n"))
        #expect(
            try JSONValue(parsing: line)
                == .object([
                    "time": .string("1970-01-01T00:00:00.000Z"), "level": .string("info"),
                    "message": .string("a \"b\"\nc"), "run": .string("abc"), "_message": .string("x"),
                    "_level": .string("\u{1B}"), "_run": .string("again"),
                ]))
    }

    @Test(arguments: ["--log-format json", ""])
    func `with JSON the failure of a command is an event, too`(option: String) async throws {
        var desk = try Desk()
        if option.isEmpty { desk.variables["LAUNCH_LOG_FORMAT"] = "json" }
        let answer = await desk.run("agent -q nope \(option)")
        #expect(answer.code == .unavailable)
        let event = try JSONValue(parsing: answer.errors)
        #expect(event["level"] == .string("error"))
        #expect(answer.errors.contains("The queue 'nope' does not exist"))
        #expect(!answer.errors.contains("error: "))
    }

    @Test
    func `a message about a run has its ID in a field`() async throws {
        var desk = try Desk()
        desk.variables["LAUNCH_LOG_FORMAT"] = "json"
        try desk.folder.write("c.yaml", Self.config(desk.folder.path))
        let config = "-c \(desk.folder.file("c.yaml"))"
        let run = await desk.run("run --resource mock --image mock.invalid/a:1 \(config)")
        #expect(run.code == .ok)
        _ = await desk.run("queue create q --resource mock")
        let id = await desk.run("submit -q q --image mock.invalid/a:1").output.trimmingCharacters(in: .newlines)
        let others = await [
            desk.run("priority \(id) high"), desk.run("stop \(id) \(config)"), desk.run("wait \(id)"),
            desk.run("logs \(id)"),
        ]
        let events = try ([run] + others).flatMap { answer in
            try answer.errors.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        }
        let ofRuns = events.filter { $0["message"]?.stringValue?.hasPrefix("run ") == true }
        #expect(ofRuns.count >= 5)
        for event in ofRuns {
            let run = try #require(event["run"]?.stringValue)
            #expect(event["message"]?.stringValue?.hasPrefix("run \(run)") == true)
        }
    }

    @Test
    func `with JSON a question is an event`() async throws {
        var desk = try Desk()
        desk.variables["LAUNCH_LOG_FORMAT"] = "json"
        _ = await desk.run("queue create old --resource mock")
        try desk.folder.write("q/new.yaml", "resource: mock\n")
        let answer = await desk.run(
            words: ["apply", "-f", "\(desk.folder.path)/q", "--prune"], onTerminal: true, typing: ["n"])
        #expect(answer.code == .ok)
        let events = try answer.errors.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(events.contains { $0["message"]?.stringValue?.hasSuffix("Continue? [y/N]") == true })
        await #expect(try desk.store().queues().map(\.name) == ["old"])
    }

    /// A program that reads the log of a script must not fail at a misspelt option.
    @Test(arguments: [
        ["--log-format", "json", "submit", "--nope"], ["list", "--log-format=json", "x"], ["frobnicate"], [],
        ["queue"], ["list", "--limit", "many"], ["list", "--log-format", "xml"], ["list", "--log-format"],
    ])
    func `with JSON a usage error is an event, too`(words: [String]) async throws {
        var desk = try Desk()
        if !words.contains(where: { $0 == "json" || $0.hasSuffix("=json") }) {
            desk.variables["LAUNCH_LOG_FORMAT"] = "json"
        }
        let answer = await desk.run(words: words)
        guard answer.code == .usage else { return #expect(words.isEmpty && answer.errors.isEmpty) }
        let event = try JSONValue(parsing: answer.errors)
        #expect(event["level"] == .string("error"))
        #expect(event["message"]?.stringValue?.contains("--help'") == true)
        #expect(answer.errors.split(separator: "\n").count == 1)
    }

    @Test
    func `words after the end of the options, and a wrong format, do not choose the form of a usage error`()
        async throws
    {
        let desk = try Desk()
        for words in [
            ["list", "x", "--", "--log-format", "json"], ["list", "--log-format", "xml"],
            ["list", "x", "--log-format", "json", "--log-format", "text"],
        ] {
            let answer = await desk.run(words: words)
            #expect(answer.code == .usage && answer.errors.hasPrefix("error: "))
        }
    }

    @Test
    func `all events of an agent are JSON, and those of a run have its ID`() async throws {
        let desk = try Desk()
        try desk.folder.write("c.yaml", Self.config(desk.folder.path))
        _ = await desk.run("queue create q --resource mock")
        let id = await desk.run("submit -q q --image mock.invalid/a:1").output.trimmingCharacters(in: .newlines)
        let answer = await desk.run(
            "agent -q q --drain -vv --log-format json -c \(desk.folder.file("c.yaml"))")
        #expect(answer.code == .ok)
        let events = try answer.errors.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        let ofRun = events.filter { $0["message"]?.stringValue?.hasPrefix("run ") == true }
        #expect(ofRun.count >= 3)
        #expect(ofRun.allSatisfy { $0["run"] == .string(id) })
    }

    @Test(arguments: [("error", ""), ("warning", ""), ("info", "agent done"), ("debug", "agent done")])
    func `the level comes from the environment`(level: String, words: String) async throws {
        var desk = try Desk()
        try desk.folder.write("c.yaml", Self.config(desk.folder.path))
        _ = await desk.run("queue create q --resource mock")
        desk.variables["LAUNCH_LOG"] = level
        let answer = await desk.run("agent -q q --drain -c \(desk.folder.file("c.yaml"))")
        #expect(words.isEmpty ? answer.errors.isEmpty : answer.errors.contains(words))
    }

    @Test
    func `a level and a format that do not exist are refused`() async throws {
        var desk = try Desk()
        desk.variables["LAUNCH_LOG"] = "verbose"
        let answer = await desk.run("list")
        #expect(answer.code == .usage)
        #expect(answer.errors.contains("$LAUNCH_LOG (for --log-level) must be one of debug, info, warning, error"))
        #expect(try await Desk().run("list --log-format xml").code == .usage)
    }

    @Test
    func `the journal is known by the device and the inode of the stream`() throws {
        let folder = try TemporaryDirectory()
        try folder.write("journal", "")
        try folder.write("other", "")
        let file = try FileHandle(forReadingFrom: URL(filePath: folder.file("journal")))
        var information = stat()
        #expect(stat(folder.file("journal"), &information) == 0)
        let name = "\(information.st_dev):\(information.st_ino)"
        #expect(LogForm.isJournal(file.fileDescriptor, name))
        let other = try FileHandle(forReadingFrom: URL(filePath: folder.file("other")))
        #expect(!LogForm.isJournal(other.fileDescriptor, name))
        for wrong in [nil, "", ":", "1:2:3", "x:y", "\(name) "] {
            #expect(!LogForm.isJournal(file.fileDescriptor, wrong))
        }
    }

    static func config(_ folder: String) -> String {
        """
        environment: {type: mock}
        registry: {type: mock, folder: \(folder)}
        builder: {type: mock, folder: \(folder)}
        runner: {type: mock, folder: \(folder)}
        """
    }
}
