import LaunchArchive
import Testing

@Suite("Paths and links of an archive")
struct ArchivePathTests {
    @Test(arguments: [
        ("a", true), ("a/b", true), ("...", true), ("a..b/.c", true), ("a b\n", true), ("", false), ("/", false),
        ("/a", false), ("a/", false), ("a//b", false), (".", false), ("..", false), ("a/.", false), ("./a", false),
        ("a/../b", false), ("../a", false), ("a/..", false), ("a\u{0}b", false),
    ])
    func `Only paths below the folder are safe`(path: String, isSafe: Bool) {
        #expect(ArchivePath.isSafe(path.utf8) == isSafe)
    }

    @Test
    func `Lengths and depths are limited, and any other byte is allowed`() {
        #expect(ArchivePath.isSafe([0xff, 0x2f, 0xc3]))
        #expect(ArchivePath.isSafe("abc".utf8, maxBytes: 3) && !ArchivePath.isSafe("abcd".utf8, maxBytes: 3))
        #expect(ArchivePath.isSafe("a/b".utf8, maxComponents: 2) && !ArchivePath.isSafe("a/b/c".utf8, maxComponents: 2))
    }

    @Test(arguments: [
        ("a", 0, true), ("a/b", 0, true), ("./a", 0, true), ("..", 0, false), ("../a", 0, false), ("..", 1, true),
        ("../a", 1, true), ("./../a", 1, true), ("../../a", 1, false), ("../../a", 2, true), ("a/..", 2, false),
        ("a/../..", 5, false), ("../a/..", 5, false), ("/", 9, false), ("/a", 9, false), ("//a", 9, false),
        ("a//b", 0, true), ("", 0, true), ("", -1, false), ("a", -1, false),
    ])
    func `A link stays inside if it begins with at most as many '..' as it is deep`(
        target: String, depth: Int, staysInside: Bool
    ) {
        #expect(ArchivePath.staysInside(link: target.utf8, depth: depth) == staysInside)
    }
}
