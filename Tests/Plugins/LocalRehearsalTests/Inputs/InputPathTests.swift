import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchLocalRehearsal

/// The paths of a channel's objects, and channels without files.
@Suite("Paths of inputs") struct InputPathTests {
    @Test(arguments: [
        (["s3://b/t/a", "s3://b/t/c/d"], "s3://b/t", ["a", "c/d"]), (["s3://b/t/a"], "s3://b/t/", ["a"]),
        (["s3://b/one.csv"], "s3://b/one.csv", ["one.csv"]),
        (["s3://b/t.csv", "s3://b/t/a"], "s3://b/t", ["t.csv", "t/a"]),
        (["s3://b/t", "s3://b/t/a"], "s3://b/t", ["t", "t/a"]),
        (["s3://b/x/tra", "s3://b/x/tra/y", "s3://b/x/train"], "s3://b/x/tra", ["tra", "tra/y", "train"]),
    ])
    func `names are whole where the prefix is not a folder of all keys`(
        uris: [String], prefix: String, expected: [String]
    ) {
        #expect(InputResolver.paths(uris, under: prefix) == expected)
    }

    @Test func `a folder without files is recognized without reading more than the first file`() throws {
        let folder = try TemporaryDirectory()
        for name in ["empty/a/b", "file/a", "link", "pipe"] {
            try FileManager.default.createDirectory(
                atPath: folder.file(name), withIntermediateDirectories: true)
        }
        try folder.write("file/a/x", "")
        try FileManager.default.createSymbolicLink(atPath: folder.file("link/x"), withDestinationPath: "../file")
        try #require(mkfifo(folder.file("pipe/x"), 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: folder.file("other"), withDestinationPath: "empty")
        for name in ["empty", "pipe", "other"] { #expect(!LocalTree.mayHaveFiles(folder.file(name)), "\(name)") }
        for name in ["file", "file/a/x", "link", "missing"] {
            #expect(LocalTree.mayHaveFiles(folder.file(name)), "\(name)")
        }
    }
}
