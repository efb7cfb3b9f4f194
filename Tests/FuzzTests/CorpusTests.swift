import Foundation
import FuzzTargets
import Subprocess
import TestSupport
import Testing

/// Gives the stored inputs, and mutations of them, to every parser of outside data. Each target runs in a process of
/// its own, so that a trap names its target and the input that caused it.
@Suite struct CorpusTests {
    /// How many mutations each target gets. The seed is fixed: the test gives the same result every time.
    private static let mutations = 300

    @Test func everyTargetHasStoredInputs() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Corpus.folder)
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
        for name in folders { #expect(try !Corpus.files(of: name).isEmpty, "\(name) has no inputs") }
    }

    @Test func everyDictionaryIsThere() throws {
        for target in FuzzTarget.all {
            guard let name = target.dictionary else { continue }
            #expect(FileManager.default.fileExists(atPath: "\(Corpus.dictionaries)/\(name).dict"), "\(name)")
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: FuzzTarget.all.map(\.name))
    func everyInputKeepsTheProperties(name: String) async throws {
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

    /// The replay finds a broken property at all: a file that cannot be read is an error, not a success.
    @Test func aMissingInputIsAnError() async throws {
        let result = try await Subprocess.run(Corpus.program, ["yaml", "/nowhere/input"])
        #expect(result.exit == .code(69))
        let unknown = try await Subprocess.run(Corpus.program, ["no-such-target"])
        #expect(unknown.exit == .code(64))
    }
}

/// Where the stored inputs and the program that replays them are.
enum Corpus {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fuzz")
    static let folder = root.appendingPathComponent("Corpus").path
    static let dictionaries = root.appendingPathComponent("Dictionaries").path
    /// The program that replays inputs.
    static var program: String {
        get throws { try Built.path(of: "launch-replay") }
    }

    /// The inputs of a target, in a fixed order.
    static func files(of target: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(target)").sorted()
            .map { "\(folder)/\(target)/\($0)" }
    }
}
