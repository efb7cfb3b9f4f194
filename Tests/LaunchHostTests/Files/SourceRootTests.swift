import Foundation
import Glibc
import Testing

import LaunchHost
@testable import LaunchFiles
@testable import LaunchSnapshots

@Suite("Reading below a folder")
struct SourceRootTests {
    /// A folder with links of all kinds, beside a secret.
    private func scratch() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write([
            "secret/key": "the secret", "top/file": "inside", "top/deep/file": "deep", "top/empty/": "",
        ])
        for (link, target) in [
            ("in", "file"), ("chain", "in"), ("up", "deep/../file"), ("folder", "deep"),
            ("out", "../secret/key"), ("absolute", "\(scratch.path)/secret/key"), ("outside", "../secret"),
            ("chained", "out"), ("deep/out", "../../secret/key"), ("magic", "/proc/self/environ"), ("round", "round"),
            ("sly", "deep/../../secret/key"), ("own", "\(scratch.path)/top/file"),
        ] {
            try scratch.link("top/\(link)", to: target)
        }
        return scratch
    }

    private func root(_ scratch: Scratch, _ usesKernel: Bool) throws -> SourceRoot {
        try SourceRoot(opening: "\(scratch.path)/top", usesKernel: usesKernel)
    }

    @Test(arguments: [true, false])
    func `a path that leaves the folder is rejected, with and without openat2 of the kernel`(usesKernel: Bool) throws {
        let scratch = try scratch()
        let root = try root(scratch, usesKernel)
        for name in [
            "out", "absolute", "chained", "deep/out", "magic", "sly", "../secret/key", "outside/key",
            "deep/../../secret/key",
            "\(scratch.path)/secret/key", "own",
        ] {
            for links in [SourceRoot.Links.inside, .refused] {
                let error = #expect(throws: FileSystem.Failure.self, "\(name)") {
                    _ = try root.bytes(of: name, limit: 1 << 20, links: links)
                }
                #expect([EXDEV, ELOOP].contains(error?.code ?? 0), "\(name): \(error?.why ?? "read")")
            }
        }
        #expect(throws: FileSystem.Failure.self) { _ = try root.bytes(of: "round", limit: 10, links: .inside) }
        #expect(throws: FileSystem.Failure.self) { _ = try root.names(in: "outside") }
        #expect(throws: FileSystem.Failure.self) { _ = try root.status("outside/key") }
        #expect(throws: FileSystem.Failure.self) { _ = try root.linkTarget("outside/key") }
        #expect(!root.mayRead("outside/key"))
    }

    @Test(arguments: [true, false])
    func `links inside the folder are followed only if requested`(usesKernel: Bool) throws {
        let scratch = try scratch()
        let root = try root(scratch, usesKernel)
        defer { extendLifetime(scratch) }
        for name in ["file", "in", "chain", "up", "./file", "deep/../file"] {
            #expect(try root.bytes(of: name, limit: 10, links: .inside) == Array("inside".utf8), "\(name)")
        }
        #expect(try root.bytes(of: "folder/file", limit: 10, links: .inside) == Array("deep".utf8))
        for name in ["in", "chain", "up", "folder/file"] {
            let error = #expect(throws: FileSystem.Failure.self) {
                _ = try root.bytes(of: name, limit: 10, links: .refused)
            }
            #expect(error?.code == ELOOP, "\(name)")
        }
        #expect(Set(try root.names(in: "deep").map { String(decoding: $0, as: UTF8.self) }) == ["file", "out"])
        #expect(try root.status("in").st_mode & S_IFMT == S_IFLNK)
        #expect(try root.linkTarget("deep/out") == Array("../../secret/key".utf8))
        #expect(root.mayRead("deep/file"))
    }

    @Test(arguments: [true, false])
    func `only regular files are read, up to a limit, and no read blocks`(usesKernel: Bool) throws {
        let scratch = try scratch()
        let root = try root(scratch, usesKernel)
        try #require(mkfifo("\(scratch.path)/top/pipe", 0o600) == 0)
        for name in ["pipe", "deep", "empty"] {
            let error = #expect(throws: FileSystem.Failure.self) {
                _ = try root.bytes(of: name, limit: 10, links: .inside)
            }
            #expect(error?.why == "it is not a regular file", "\(name)")
        }
        let error = #expect(throws: FileSystem.Failure.self) {
            _ = try root.bytes(of: "file", limit: 5, links: .inside)
        }
        #expect(error?.code == FileSystem.Failure.tooLarge)
        #expect(try root.content(of: "none", limit: 1) == nil)
        #expect(throws: LaunchError.self) { _ = try root.content(of: "out", limit: 1 << 20) }
    }

    @Test
    func `a device is not read, whatever user can create one`() throws {
        let scratch = try scratch()
        guard mknod("\(scratch.path)/top/zero", S_IFCHR | 0o666, 0x105) == 0 else { return }
        let error = #expect(throws: FileSystem.Failure.self) {
            _ = try root(scratch, true).bytes(of: "zero", limit: 10, links: .inside)
        }
        #expect(error != nil)
    }

    @Test
    func `a path without links is opened; a link that replaced a component is not followed`() throws {
        let scratch = try scratch()
        let descriptor = try SourceRoot.open(real: "\(scratch.path)/top/deep/file")
        #expect(descriptor >= 3)
        close(descriptor)
        try FileManager.default.moveItem(atPath: "\(scratch.path)/top/deep", toPath: "\(scratch.path)/moved")
        try scratch.link("top/deep", to: "../secret")
        try scratch.write(["secret/file": "the secret"])
        let error = #expect(throws: LaunchError.self) {
            _ = try SourceRoot.open(real: "\(scratch.path)/top/deep/file")
        }
        #expect(error?.message.contains("is a link") == true, "\(error?.message ?? "opened")")
    }
}
