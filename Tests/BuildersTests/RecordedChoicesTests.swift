import Foundation
import LaunchPluginKit
import TestSupport
import Testing

@testable import LaunchBuilders

/// The record of which builder an unfinished build of `auto` uses.
struct RecordedChoicesTests {
    private let folder: TemporaryDirectory
    private let key = ContentKey(hex: String(repeating: "a", count: 64))
    private let other = ContentKey(hex: String(repeating: "b", count: 64))
    private let log = Logger { _ in }

    init() throws { folder = try TemporaryDirectory() }

    private func choices(at time: Date) -> RecordedChoices {
        RecordedChoices(
            state: .init(path: folder.file("choices")), clock: HostClock(now: { time }, sleep: HostClock.system.sleep))
    }

    private func path(of key: ContentKey) -> String { "\(folder.file("choices"))/\(key.hex)" }

    @Test func `a choice outlives the process and is for one key, until its build has finished`() {
        #expect(choices(at: Date()).choice(for: key) == nil)
        for choice in [AutoBuilder.Choice.docker, .buildah, .append] {
            choices(at: Date()).record(choice, for: key, log)
            #expect(choices(at: Date()).choice(for: key) == choice)
            #expect(choices(at: Date()).choice(for: other) == nil)
        }
        choices(at: Date()).forget(other)
        #expect(choices(at: Date()).choice(for: key) != nil)
        choices(at: Date()).forget(key)
        #expect(choices(at: Date()).choice(for: key) == nil)
    }

    @Test func `a choice that no build has used for its lifetime is deleted, and another program's file is not`() throws
    {
        choices(at: Date()).record(.append, for: key, log)
        try Data("keep".utf8).write(to: URL(filePath: "\(folder.file("choices"))/notes"))
        choices(at: Date() + RecordedChoices.lifetime - 60).record(.append, for: other, log)
        #expect(FileManager.default.fileExists(atPath: path(of: key)))
        choices(at: Date() + RecordedChoices.lifetime + 60).record(.append, for: other, log)
        #expect(!FileManager.default.fileExists(atPath: path(of: key)))
        #expect(FileManager.default.fileExists(atPath: path(of: other)))
        #expect(FileManager.default.fileExists(atPath: "\(folder.file("choices"))/notes"))
    }

    @Test(arguments: ["", "kaniko", "docker\nbuildah", String(repeating: "docker", count: 1_000)])
    func `a file with other content counts as no choice`(content: String) throws {
        choices(at: Date()).record(.append, for: key, log)
        try Data(content.utf8).write(to: URL(filePath: path(of: key)))
        #expect(choices(at: Date()).choice(for: key) == nil)
    }
}
