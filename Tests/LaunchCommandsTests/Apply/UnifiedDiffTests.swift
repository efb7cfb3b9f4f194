import Foundation
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct UnifiedDiffTests {
    private func printed(_ old: String, _ new: String) -> [String] {
        UnifiedDiff(from: old, to: new).lines.map(\.printed)
    }

    @Test func `equal texts have no lines`() {
        #expect(
            printed("", "") == [] && printed("a\nb\n", "a\nb") == [] && printed("", "\n") == ["@@ -0,0 +1 @@", "+"])
        #expect(printed("a\r\n", "a\n") == ["@@ -1 +1 @@", "-a\r", "+a"])
    }

    @Test func `changes have three lines around them, and near ones share a hunk`() {
        let old = (1...30).map(String.init)
        var new = old
        new[4] = "five"
        new.remove(at: 20)
        let lines = printed(old.joined(separator: "\n"), new.joined(separator: "\n"))
        #expect(
            lines == [
                "@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8", "@@ -18,7 +18,6 @@", " 18", " 19",
                " 20",
                "-21", " 22", " 23", " 24",
            ])
        new[9] = "ten"
        #expect(
            printed(old.joined(separator: "\n"), new.joined(separator: "\n")).filter { $0.hasPrefix("@@") }.count == 2)
    }

    /// `git apply` makes the new text of the old one and the difference.
    @Test func `another program applies it`() throws {
        let folder = try TemporaryDirectory()
        var random = SeededRandom(seed: 7)
        for round in 0..<60 {
            let old = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                ["a", "b", "c: 1", "", "  d"].randomElement(using: &random) ?? ""
            }
            var new = old
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let place = Int.random(in: 0...new.count, using: &random)
                if Bool.random(using: &random), place < new.count {
                    new.remove(at: place)
                } else {
                    new.insert("new \(round)", at: place)
                }
            }
            func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
            let lines = printed(text(old), text(new))
            guard !lines.isEmpty else { continue }
            let file = try folder.write("file", text(old))
            let patch = try folder.write("patch", text(["--- a/file", "+++ b/file"] + lines))
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["git", "apply", "--whitespace=nowarn", patch]
            process.currentDirectoryURL = URL(filePath: folder.path)
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            let patched = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
            #expect(patched == text(new), "\(lines)")
        }
    }

    @Test func `two large texts without a common line are compared in time`() {
        let old = (0..<100_000).map { "a\($0)\n" }.joined()
        let new = (0..<100_000).map { "b\($0)\n" }.joined()
        #expect(UnifiedDiff(from: old, to: new).lines.count == 200_001)
    }
}
