import Foundation
import Glibc
import TestSupport
import Testing

@testable import LaunchContainerEngine

struct PrivateFolderTests {
    @Test func `only the owner can read it, and it is deleted with its value`() throws {
        let parent = try TemporaryDirectory()
        var made = ""
        do {
            let folder = try PrivateFolder(in: parent.path, prefix: PrivateFolder.dockerPrefix)
            made = folder.path
            let mode = try FileManager.default.attributesOfItem(atPath: made)[.posixPermissions] as? Int
            #expect(mode == 0o700)
            _ = consume folder
        }
        #expect(!made.isEmpty && !FileManager.default.fileExists(atPath: made))
    }

    @Test func `it is not made in a folder where every user could replace it`() throws {
        let parent = try TemporaryDirectory()
        try #require(chmod(parent.path, 0o777) == 0)
        let error = #expect(throws: EngineError.self) {
            _ = try PrivateFolder(in: parent.path, prefix: PrivateFolder.dockerPrefix)
        }
        #expect(error?.code == .denied)
        #expect(error?.hint?.contains("chmod o-w '\(parent.path)'") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: parent.path).isEmpty)
        // As in /tmp.
        try #require(chmod(parent.path, 0o1777) == 0)
        _ = try PrivateFolder(in: parent.path, prefix: PrivateFolder.dockerPrefix)
    }

    @Test func `the next folder removes abandoned ones, and keeps those in use`() throws {
        let parent = try TemporaryDirectory()
        let used = try PrivateFolder(in: parent.path, prefix: PrivateFolder.dockerPrefix)
        try parent.write("launch-docker-killed/auth.json", "{}")
        try parent.write("other/file", "")
        try FileManager.default.createSymbolicLink(
            atPath: parent.file("launch-docker-link"), withDestinationPath: parent.file("other"))
        let next = try PrivateFolder(in: parent.path, prefix: PrivateFolder.dockerPrefix)
        let there = Set(try FileManager.default.contentsOfDirectory(atPath: parent.path))
        let own = [used.path, next.path].map { URL(fileURLWithPath: $0).lastPathComponent }
        #expect(there == Set(own + ["other", "launch-docker-link"]))
        #expect(FileManager.default.fileExists(atPath: parent.file("other/file")))
    }

    @Test func `32 concurrent folders do not remove each other`() async throws {
        let parent = try TemporaryDirectory()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    let folder = try PrivateFolder(in: parent.path, prefix: PrivateFolder.dockerPrefix)
                    await Task.yield()
                    return FileManager.default.createFile(atPath: "\(folder.path)/auth.json", contents: Data())
                }
            }
            for try await isThere in group { #expect(isThere) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: parent.path).isEmpty)
    }
}
