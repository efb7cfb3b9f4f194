import Foundation
import Glibc
import LaunchOwnership
import TestSupport
import Testing

/// Safety of paths from other users. The tests simulate other users with owner numbers, which only root can set.
@Suite struct OwnershipTests {
    /// An owner that is neither root nor the user of the tests.
    private static let stranger: uid_t = 65_534

    @Test func `a folder of one's own is safe`() throws {
        let folder = try TemporaryDirectory()
        try Ownership.check(folder.file("new/deep"))
        try Ownership.check(folder.path)
        #expect(Ownership.isOwn(folder.path))
        #expect(!Ownership.isOwn(folder.file("none")))
    }

    @Test func `a folder above that every user can write to is a problem`() throws {
        let folder = try TemporaryDirectory()
        let open = folder.file("open folder")
        try #require(mkdir(open, 0o700) == 0 && chmod(open, 0o777) == 0)
        let problem = #expect(throws: OwnershipProblem.self) { try Ownership.check("\(open)/home") }
        #expect(problem?.description.contains("'\(open)'") == true)
        #expect(problem?.remedy.contains("chmod o-w '\(open)'") == true)
        // With the sticky bit, as in /tmp, other users' entries cannot be replaced.
        try #require(chmod(open, 0o1777) == 0)
        try Ownership.check("\(open)/home")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files to another user"))
    func `what another user owns is a problem`() throws {
        let folder = try TemporaryDirectory()
        let foreign = folder.file("foreign")
        try #require(mkdir(foreign, 0o755) == 0 && chown(foreign, Self.stranger, Self.stranger) == 0)
        let owned = #expect(throws: OwnershipProblem.self) { try Ownership.check(foreign) }
        #expect(owned?.description.contains("(\(Self.stranger))") == true)
        #expect(owned?.remedy.contains("chown 0 '\(foreign)'") == true)
        #expect(!Ownership.isOwn(foreign))
        #expect(throws: OwnershipProblem.self) { try Ownership.check("\(foreign)/home") }

        let own = folder.file("own")
        let link = folder.file("link")
        try #require(mkdir(own, 0o700) == 0 && symlink(own, link) == 0)
        try Ownership.check(link)
        try #require(lchown(link, Self.stranger, Self.stranger) == 0)
        for place in [link, "\(link)/home"] {
            let linked = #expect(throws: OwnershipProblem.self) { try Ownership.check(place) }
            #expect(linked?.description.contains("symbolic link") == true, "\(place)")
        }
    }

    @Test func `a file that others can change is a problem`() throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write("it's.yaml", "queues: [q]\n")
        try #require(chmod(file, 0o644) == 0)
        try Ownership.checkContent(file)
        try #require(chmod(file, 0o646) == 0)
        let problem = #expect(throws: OwnershipProblem.self) { try Ownership.checkContent(file) }
        #expect(problem?.description.contains("0646") == true)
        #expect(problem?.remedy.contains(#"it'\''s.yaml'"#) == true)
        try #require(chmod(file, 0o600) == 0 && chmod(folder.path, 0o777) == 0)
        #expect(throws: OwnershipProblem.self) { try Ownership.checkContent(file) }
        try Ownership.checkContent(folder.file("none"))
        try Ownership.checkContent("/dev/null")
    }

    @Test func `programs are not taken from folders of everybody`() throws {
        let folder = try TemporaryDirectory()
        #expect(Ownership.isSafeProgramFolder(folder.path))
        #expect(Ownership.isSafeProgramFolder("/usr/bin"))
        try #require(chmod(folder.path, 0o1777) == 0)
        #expect(!Ownership.isSafeProgramFolder(folder.path))
        for relative in [".", "bin", ""] { #expect(!Ownership.isSafeProgramFolder(relative)) }
    }
}
