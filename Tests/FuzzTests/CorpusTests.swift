import Foundation
import FuzzTargets
import LaunchSubprocess
import TestSupport
import Testing

/// Runs every parser of outside data with its stored inputs and mutations of them. Each target runs in its own process,
/// so that a trap names its target and the input.
@Suite struct CorpusTests {
    /// The number of mutations per target. The seed is fixed, so the test is deterministic.
    private static let mutations = 300

    @Test func `every target has stored inputs`() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Corpus.folder)
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
        for name in folders { #expect(try !Corpus.files(of: name).isEmpty, "\(name) has no inputs") }
    }

    @Test func `every dictionary is there`() throws {
        for target in FuzzTarget.all {
            guard let name = target.dictionary else { continue }
            #expect(FileManager.default.fileExists(atPath: "\(Corpus.dictionaries)/\(name).dict"), "\(name)")
        }
    }

    @Test(.timeLimit(.minutes(30)), arguments: FuzzTarget.all.map(\.name))
    func `every input keeps the properties`(name: String) async throws {
        let folder = try TemporaryDirectory()
        let kept = folder.file("input")
        let result = try await Subprocess.run(
            Corpus.program,
            ["--mutate", String(Self.mutations), "--keep", kept, name] + (Corpus.files(of: name)),
            environment: .inherited(setting: ["SWIFT_BACKTRACE": "enable=no"]))
        guard !result.exit.isSuccess else { return }
        let input = FileManager.default.contents(atPath: kept) ?? Data()
        Issue.record(
            """
            \(name): \(result.exit) with an input of \(input.count) bytes, in base64:
            \(input.base64EncodedString())
            \(result.stderrText.suffix(2000))
            """)
    }

    /// The replay must not ignore failures: an unreadable file is an error.
    @Test func `a missing input is an error`() async throws {
        let result = try await Subprocess.run(Corpus.program, ["yaml", "/nowhere/input"])
        #expect(result.exit == .code(69))
        let unknown = try await Subprocess.run(Corpus.program, ["no-such-target"])
        #expect(unknown.exit == .code(64))
    }
}

/// The stored inputs and the program that replays them.
enum Corpus {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fuzz")
    static let folder = root.appendingPathComponent("Corpus").path
    static let dictionaries = root.appendingPathComponent("Dictionaries").path
    /// The program that replays inputs.
    static var program: String {
        get throws { try Built.path(of: "launch-replay") }
    }

    /// The inputs of a target in a fixed order.
    static func files(of target: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(target)").sorted()
            .map { "\(folder)/\(target)/\($0)" }
    }
}
