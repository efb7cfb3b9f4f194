import Foundation
import TestSupport
import Testing

/// A home that contains planted secrets, and a witness that searches all output.
final class Garden: ProgramHome, Sendable {
    let folder: TemporaryDirectory
    let variables: [String: String]
    let witness = Witness()
    /// The files in which the test placed secrets.
    let planted: Set<String>

    /// - Parameters:
    ///   - variables: a value that begins with `HOME/` is a file below the home.
    ///   - files: the contents by name below the home; `HOME/` in a text is the home.
    init(variables: [String: String], files: [String: String], plants: [Plant]) throws {
        folder = try TemporaryDirectory()
        for (name, text) in files { try folder.write(name, text.replacing("HOME/", with: "\(folder.path)/")) }
        planted = Set(files.filter { file in plants.contains { file.value.contains($0.value) } }.keys)
        let home = folder
        let given = variables.mapValues { $0.hasPrefix("HOME/") ? home.file(String($0.dropFirst(5))) : $0 }
        self.variables = [
            "HOME": home.path, "XDG_CONFIG_HOME": home.file(".config"), "LAUNCH_HOME": home.file("home"),
            "TMPDIR": home.path, "USER": "tester",
        ].merging(given) { $1 }
        witness.expect(plants)
    }

    /// Runs a command with the most verbose output, and lets the witness search the output. No command may crash.
    @discardableResult
    func says(_ words: [String], setting: [String: String] = [:]) async throws -> Answer {
        let answer = try await launch(words + (words.contains("--") ? [] : ["-vv"]), setting: setting)
        witness.hears(answer, to: words)
        #expect(answer.code >= 0 && answer.code != 70, "launch \(words.joined(separator: " ")): \(answer)")
        return answer
    }

    /// Searches all files, and expects that no secret was found.
    func expectNothing(_ location: SourceLocation = #_sourceLocation) {
        witness.reads(folder.path, except: planted)
        #expect(witness.findings.isEmpty, "\(witness.findings.joined(separator: "\n"))", sourceLocation: location)
    }
}
