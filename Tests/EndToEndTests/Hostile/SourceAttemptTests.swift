import Foundation
import TestSupport
import Testing

/// Attempts by the author of a folder. Each is rejected with its message, or has no effect.
@Suite("Attempts by a source's author", .needsEngine, .timeLimit(.minutes(30)))
struct SourceAttemptTests {
    static let secret = "the-secret-of-the-agent"

    @Test
    func `a folder cannot make the agent read outside of it, block, or fill the disk`() async throws {
        try await World.with(setting: ["AWS_SECRET_ACCESS_KEY": Self.secret]) { world in
            try world.folder.write("box/secret/key", Self.secret)
            for (number, attempt) in SourceAttempt.all.enumerated() {
                let folder = SourceAttempt.Folder(path: world.folder.file("box/\(number)"))
                try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
                try folder.write("Dockerfile", "FROM \(World.image)\nCOPY . /in\n")
                try folder.write("file", "content")
                try attempt.prepare(folder)
                let answer = try await world.launch(["submit", "-q", "q", "--source", folder.path] + attempt.options)
                let isRefused = !attempt.message.isEmpty && !attempt.message.hasPrefix("is a socket")
                #expect(answer.code == (isRefused ? 65 : 0), "\(attempt.name): \(answer)")
                #expect(
                    answer.errors.contains(attempt.message) || attempt.message.isEmpty, "\(attempt.name): \(answer)")
                #expect(!(answer.output + answer.errors).contains(Self.secret), "\(attempt.name)")
                #expect(!(answer.output + answer.errors).contains("\u{1b}]"), "\(attempt.name)")
                try? FileManager.default.removeItem(atPath: folder.path)
            }
            try Self.expectNoSecret(in: world)
        }
    }

    /// No file of the program's home contains the secret; links in it are not followed.
    static func expectNoSecret(in world: World) throws {
        // grep fails if it finds nothing, and prints the files otherwise.
        let found = try? Tool.run("grep", ["-rlF", Self.secret, world.folder.file("home")])
        #expect(found == nil, "\(found ?? "")")
    }
}
