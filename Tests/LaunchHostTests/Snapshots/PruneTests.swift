import Foundation
import Glibc
import LaunchSubprocess
import Testing

import LaunchHost
@testable import LaunchSnapshots

/// Pruning of the source store with entries that cannot be removed or have names that are not UTF-8.
@Suite("pruning of unusual entries", .timeLimit(.minutes(30))) struct PruneTests {
    /// `dé` in Latin-1, which is not UTF-8.
    private static let latin: [UInt8] = [0x64, 0xe9]

    private func make(_ name: [UInt8], in folder: String, isFolder: Bool = false) throws {
        let path = Array("\(folder)/".utf8) + name + [0]
        let code = path.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { buffer -> Int32 in
            guard let start = buffer.baseAddress else { return -1 }
            if isFolder { return mkdir(start, 0o500) }
            let file = open(start, O_WRONLY | O_CREAT | O_CLOEXEC, 0o400)
            return file < 0 ? file : close(file)
        }
        try #require(code == 0, "\(errno)")
    }

    @Test
    func `a leftover whose names are not UTF-8 is removed`() async throws {
        let scratch = try Scratch()
        try scratch.write(["sources/.incoming-1/checkout/a/": ""])
        let checkout = "\(scratch.path)/sources/.incoming-1/checkout"
        try make(Self.latin, in: checkout)
        try make(Self.latin, in: "\(checkout)/a", isFolder: true)
        let store = SourceStore(folder: "\(scratch.path)/sources")
        let warned = Shared<[String]>([])
        try await store.prune(keeping: []) { text in warned.with { $0.append(text) } }
        #expect(warned.with { $0 } == [])
        #expect(try FileSystem.names(in: store.folder).isEmpty)
    }

    @Test
    func `a folder deeper than the maximum path length is removed`() throws {
        let scratch = try Scratch()
        let top = try scratch.write(["x": "1"], in: "top")
        var folder = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let name = String(repeating: "d", count: 200)
        for _ in 0..<300 {
            try #require(mkdirat(folder, name, 0o700) == 0)
            let next = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            close(folder)
            folder = next
        }
        close(folder)
        try FileSystem.remove(top)
        #expect(access(top, F_OK) != 0)
    }

    @Test
    func `an entry that cannot be removed is reported, and the others are removed`() async throws {
        let scratch = try Scratch()
        try scratch.write([
            "sources/.incoming-1/checkout/stays": "", "sources/.incoming-1/checkout/goes": "",
            "sources/.incoming-2/x": "",
        ])
        let stays = "\(scratch.path)/sources/.incoming-1/checkout/stays"
        guard try await isImmutable(stays) else { return }
        let store = SourceStore(folder: "\(scratch.path)/sources")
        let warned = Shared<[String]>([])
        let removed: Void? = try? await { () async throws in
            try await store.prune(keeping: []) { text in warned.with { $0.append(text) } }
        }()
        _ = try? await Tool.run(["chattr", "-i", stays], in: scratch.path)
        #expect(removed != nil)
        #expect(warned.with { $0.count } == 1 && warned.with { $0.first?.contains("stays") } == true)
        #expect(try FileSystem.names(in: store.folder) == [Array(".incoming-1".utf8)])
        #expect(access("\(scratch.path)/sources/.incoming-1/checkout/goes", F_OK) != 0)
    }

    /// Whether a file can be made immutable, even for root. Not every file system supports this.
    private func isImmutable(_ path: String) async throws -> Bool {
        guard (try? await Tool.run(["chattr", "+i", path], in: "/")) != nil else { return false }
        return true
    }

    @Test
    func `the size of a checkout includes names that are not UTF-8`() throws {
        let scratch = try Scratch()
        try scratch.write(["checkout/": ""])
        for number in 0..<20 { try make(Self.latin + [UInt8(0x80 + number)], in: "\(scratch.path)/checkout") }
        let space = CheckoutSpace(folder: "\(scratch.path)/checkout", limits: SourceLimits(bytes: 1 << 20, entries: 5))
        #expect(throws: LaunchError.self) { try space.check() }
    }

    @Test
    func `a commit with such a name is rejected, and leaves nothing`() async throws {
        let scratch = try Scratch()
        try scratch.write(["repository/Dockerfile": "FROM scratch\n"])
        let repository = "\(scratch.path)/repository"
        try make(Self.latin, in: repository)
        let settings = ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"]
        for arguments in [["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "one"]] {
            try await Tool.run(
                ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"] + arguments, in: repository,
                environment: settings)
        }
        let commit = try await Tool.run(["git", "rev-parse", "HEAD"], in: repository, environment: settings)
        let store = SourceStore(folder: "\(scratch.path)/sources")
        let error = try await #require(throws: LaunchError.self) {
            try await GitFetch().fetch(
                "file://\(repository)", commit: commit.trimmingCharacters(in: .whitespacesAndNewlines), into: store)
        }
        #expect(error.message.contains("not UTF-8"))
        #expect(try FileSystem.names(in: store.folder).isEmpty)
    }
}
