import Foundation
import Testing

/// How many attempts of each actor the folders `Escalation`, `Hostile` and `LocalUser` have. An attempt is a case: one
/// element of the arguments of a test, or of the table that a test goes through.
struct AttemptCount {
    /// An actor of docs/threat-model.md.
    enum Actor: String, CaseIterable {
        case submitter = "submitter"
        case author = "author of an image or of source"
        case server = "server: registry, git server, AWS endpoint, container engine, Slurm"
        case localUser = "another user of the machine"

        /// The attempts that the project promises.
        var promised: Int {
            switch self {
            case .submitter: 40
            case .author: 30
            case .server: 20
            case .localUser: 15
            }
        }
    }

    private struct Source {
        let path: String
        let actor: Actor
        /// The size of a table, by the name of the arguments, or of the test that goes through it.
        var tables: [String: Int] = [:]

        init(_ path: String, _ actor: Actor, _ tables: [String: Int] = [:]) {
            (self.path, self.actor, self.tables) = (path, actor, tables)
        }
    }

    private static let sources: [Source] = [
        Source(
            "Escalation/SubmitterTests.swift", .submitter,
            [
                "a locked queue denies changes of the template": SubmitterAttempt.overrides.count,
                "a locked queue denies rehearsals": SubmitterAttempt.rehearsals.count,
                "a locked queue denies names and priorities": SubmitterAttempt.names.count,
                "a locked queue denies other sources": SubmitterAttempt.sources.count,
                "a locked queue denies values that change a path or a name": SubmitterAttempt.values.count,
                "a queue of Slurm denies what runs outside of the container, and what is charged":
                    SubmitterAttempt.slurm.count,
                "a queue of Batch denies other roles, queues, sizes and places": SubmitterAttempt.batch.count,
                "a locked queue denies the same in a spec file": SubmitterAttempt.specs.count,
            ]),
        Source(
            "Escalation/TamperedRowTests.swift", .submitter,
            ["each tampered row fails with its reason": TamperedRowTests.rowCount]),
        Source("Escalation/RehearsalCredentialsTests.swift", .submitter),
        Source(
            "Hostile/SourceAttemptTests.swift", .author,
            ["a folder cannot make the agent read outside of it, block, or fill the disk": SourceAttempt.all.count]),
        Source(
            "Hostile/DockerfileAttemptTests.swift", .author,
            ["refused": DockerfileAttemptTests.refused.count, "contained": DockerfileAttemptTests.contained.count]),
        Source("Hostile/GitAttemptTests.swift", .author),
        Source("Hostile/ImageAttemptTests.swift", .author),
        Source(
            "Hostile/ImageConfigurationTests.swift", .author, ["all.indices": ImageConfigurationTests.all.count]),
        Source("Hostile/RegistryAttempts.swift", .server),
        Source("Hostile/AWSAttempts.swift", .server, ["0..<5": 5]),
        Source("Hostile/EngineAttempts.swift", .server),
        Source("Hostile/BatchAttempts.swift", .server),
        Source("Hostile/SlurmAttempts.swift", .server, ["numbers": SlurmAttempts.numbers.count]),
        Source("LocalUser/PlantedHomeTests.swift", .localUser),
        Source("LocalUser/LooseHomeTests.swift", .localUser),
        Source("LocalUser/ForeignFileTests.swift", .localUser),
        Source("LocalUser/AgentProcessTests.swift", .localUser),
    ]

    /// Random changes, a test that kills the agent itself, and this count.
    private static let others: Set = [
        "Hostile/MutationTests.swift", "Hostile/PoisonTests.swift", "Escalation/AttemptCount.swift",
    ]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// The attempts of an actor.
    static func attempts(by actor: Actor) throws -> Int {
        try sources.filter { $0.actor == actor }.reduce(0) { $0 + (try cases(in: $1).reduce(0, +)) }
    }

    /// The number of cases of each test of a file.
    private static func cases(in source: Source) throws -> [Int] {
        let text = try String(contentsOf: folder.appending(path: source.path), encoding: .utf8)
        let tests = text.ranges(of: "@Test").compactMap { Declaration(text[$0.upperBound...]) }
        var unused = Set(source.tables.keys)
        let counts = tests.map { test -> Int in
            if let count = source.tables[test.arguments ?? test.name] {
                unused.remove(test.arguments ?? test.name)
                return count
            }
            guard let arguments = test.arguments else { return 1 }
            guard let count = Declaration.elements(of: arguments) else {
                Issue.record("\(source.path): the table does not say how many cases '\(arguments)' has")
                return 0
            }
            return count
        }
        #expect(unused.isEmpty, "\(source.path) has no test with the tables \(unused.sorted())")
        return counts
    }

    /// The attribute and the name of a test.
    private struct Declaration {
        let name: String
        /// The text of `arguments:`; nil if there are none.
        let arguments: String?

        /// - Parameter text: what follows `@Test`. Nil for the beginning of another word.
        init?(_ text: Substring) {
            guard let next = text.first, next == "(" || next.isWhitespace,
                let name = text.firstMatch(of: /func\s+`([^`]+)`/)?.1
            else { return nil }
            self.name = String(name)
            let attribute = next == "(" ? Self.parts(of: text, separators: "") : []
            arguments = attribute.first.flatMap { inner in
                inner.firstRange(of: "arguments:").map { range in
                    inner[range.upperBound...].trimmingCharacters(in: .whitespacesAndNewlines)
                }
            }
        }

        /// The number of elements of a literal array; nil for anything else.
        static func elements(of text: String) -> Int? {
            guard text.hasPrefix("[") else { return nil }
            return parts(of: text[...], separators: ",").count {
                $0.contains { !$0.isWhitespace }
            }
        }

        /// The parts of the first bracket of a text, which separators outside of inner brackets and texts divide.
        private static func parts(of text: Substring, separators: String) -> [String] {
            var (depth, isQuoted, isEscaped) = (0, false, false)
            var parts = [""]
            for character in text {
                if isQuoted {
                    if isEscaped {
                        isEscaped = false
                    } else if character == "\\" {
                        isEscaped = true
                    } else if character == "\"" {
                        isQuoted = false
                    }
                } else if character == "\"" {
                    isQuoted = true
                } else if "([{".contains(character) {
                    depth += 1
                    if depth == 1 { continue }
                } else if ")]}".contains(character) {
                    depth -= 1
                    if depth == 0 { return parts }
                } else if depth == 1, separators.contains(character) {
                    parts.append("")
                    continue
                }
                parts[parts.count - 1].append(character)
            }
            return parts
        }
    }

    // MARK: the tests

    @Test(arguments: Actor.allCases)
    func `the tests make as many attempts of an actor as promised, and the threat model shows the number`(
        actor: Actor
    ) throws {
        let count = try Self.attempts(by: actor)
        #expect(count >= actor.promised, "\(actor.rawValue)")
        let page = Self.folder.deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "docs/threat-model.md")
        let row = "| \(actor.rawValue) | \(count) | \(actor.promised) |"
        #expect(try String(contentsOf: page, encoding: .utf8).contains(row), "the page needs the row \(row)")
    }

    @Test func `each file with attempts is counted`() throws {
        let known = Set(Self.sources.map(\.path)).union(Self.others)
        for name in ["Escalation", "Hostile", "LocalUser"] {
            let folder = Self.folder.appending(path: name)
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasSuffix(".swift")
            {
                let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
                guard text.contains("@Test") else { continue }
                #expect(known.contains("\(name)/\(file)"), "\(name)/\(file) is not counted")
            }
        }
    }
}
