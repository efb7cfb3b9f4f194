import LaunchArchive
import LaunchHost
import Testing

@testable import LaunchLocalContainers

@Suite("The owner of a container's files")
struct FileOwnerTests {
    private static let accounts = """
        root:x:0:0:root:/root:/bin/sh
        broken
        trainer:x:1000:1001:t:/home/t:/bin/sh
        other:x:70000:70001::/:/bin/sh

        """
    private static let groups = "root:x:0:\ngpu:x:44:trainer\nbad:x:-1:\n"

    @Test(
        arguments: [
            ("", 0, 0), ("root", 0, 0), ("trainer", 1000, 1001), ("1000", 1000, 1001), ("1234", 1234, 0),
            ("trainer:gpu", 1000, 44), ("1000:7", 1000, 7), ("other", 70000, 70001), (":gpu", 0, 44),
            ("trainer:", 1000, 1001), ("1000690000:0", 1_000_690_000, 0),
        ] as [(String, UInt32, UInt32)])
    func `The image's user resolves to numbers`(words: String, user: UInt32, group: UInt32) {
        let owner = FileOwner(words, accounts: Self.accounts, groups: Self.groups)
        #expect(owner?.user == user && owner?.group == group, "\(String(describing: owner))")
    }

    @Test(arguments: ["nobody", "trainer:none", "trainer:bad", "-1"])
    func `A name that the image does not define has no number`(words: String) {
        #expect(FileOwner(words, accounts: Self.accounts, groups: Self.groups) == nil)
    }

    @Test(arguments: [0, 1000, 0o7777777, 1_000_690_000] as [UInt32])
    func `A large user ID fits the archive`(user: UInt32) async throws {
        var entry = HostEntry("a", .bytes([1]), mode: 0o644, modified: 1)
        entry.owner = try #require(FileOwner("\(user):\(user)", accounts: "", groups: ""))
        let archive = HostArchive([entry])
        var reader = ArchiveReader { try await archive.next() }
        let part = try await reader.next()
        #expect(
            part == .entry(ArchiveEntry(path: [97], kind: .file, size: 1, modified: 1, user: user, group: user)))
    }
}
