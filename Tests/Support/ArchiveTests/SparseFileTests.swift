import Foundation
import LaunchArchive
import LaunchSubprocess
import TestSupport
import Testing

@Suite("Sparse files of an archive")
struct SparseFileTests {
    @Test(arguments: [
        ["--format=gnu"], ["--format=posix", "--sparse-version=0.0"], ["--format=posix", "--sparse-version=0.1"],
        ["--format=posix", "--sparse-version=1.0"],
    ])
    func `A sparse file of GNU tar has its content, in each notation, with zeros in the holes`(options: [String])
        async throws
    {
        let folder = try TemporaryDirectory()
        let size: UInt64 = 3 << 20
        try folder.write("sparse", "")
        let file = try #require(FileHandle(forWritingAtPath: folder.file("sparse")))
        // Enough parts for more than one header, a hole at the beginning and at the end.
        for place in stride(from: UInt64(64 << 10), to: size - (64 << 10), by: 64 << 10) {
            try file.seek(toOffset: place)
            try file.write(contentsOf: Data("part".utf8))
        }
        try file.truncate(atOffset: size)
        try file.close()
        let made = try await Subprocess.run(
            "tar", ["-c", "-S", "-f", folder.file("a")] + options + ["-C", folder.path, "sparse"])
        try #require(made.exit.isSuccess, "\(made.stderrText)")
        let archive = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("a"))))
        try #require(archive.count < Int(size), "the file system keeps no holes")
        let found = try await Unpacked(archive, limit: 8 << 20)
        #expect(found.error == nil)
        #expect(found.paths == [Array("sparse".utf8)] && found.entries.map(\.size) == [Int64(size)])
        let content = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("sparse"))))
        #expect(found.members.first?.content == content)
    }
}
