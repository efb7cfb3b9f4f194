import Foundation
import Glibc
import LaunchPluginKit
import TestSupport
import Testing

@testable import LaunchSlurm

/// A job that replaces the files of its own folder, to make the agent wait, read or write elsewhere.
@Suite("a run's folder that its job has changed", .timeLimit(.minutes(2)))
struct SlurmFolderTests {
    private let folder: TemporaryDirectory
    private let run: SlurmFolder

    init() throws {
        folder = try TemporaryDirectory()
        run = SlurmFolder(root: folder.file("home"), runID: .random())
        try FileManager.default.createDirectory(atPath: "\(run.path)/output", withIntermediateDirectories: true)
        try folder.write("secret", "the agent's\n")
    }

    private func link(_ name: String, to target: String) throws {
        try? FileManager.default.removeItem(atPath: "\(run.path)/\(name)")
        try FileManager.default.createSymbolicLink(atPath: "\(run.path)/\(name)", withDestinationPath: target)
    }

    private func pipe(_ name: String) throws {
        try? FileManager.default.removeItem(atPath: "\(run.path)/\(name)")
        try #require(mkfifo("\(run.path)/\(name)", 0o600) == 0)
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(run.path)/\(name)"))
    }

    /// Each way to replace a file: links to a file, to a device without an end, and to nothing; a pipe; a folder.
    private func replacing(_ name: String, _ body: (String) throws -> Void) throws {
        for target in [folder.file("secret"), "/dev/zero", "/proc/self/environ", "/nowhere"] {
            try link(name, to: target)
            try body("a link to \(target)")
        }
        try pipe(name)
        try body("a pipe")
        try FileManager.default.removeItem(atPath: "\(run.path)/\(name)")
        try FileManager.default.createDirectory(atPath: "\(run.path)/\(name)", withIntermediateDirectories: false)
        try body("a folder")
    }

    @Test
    func `a recorded end that is a link, a pipe, too long or impossible is no end`() throws {
        try write("exit", "3 \n")
        #expect(run.record?.code == 3)
        try replacing("exit") { what in #expect(run.record == nil, "\(what)") }
        try FileManager.default.removeItem(atPath: "\(run.path)/exit")
        for text in ["", "9223372036854775807", "-1", "256", "x", "3" + String(repeating: " ", count: 1 << 20)] {
            try write("exit", text)
            #expect(run.record == nil, "\(text.prefix(30))")
        }
        for text in ["../..", "7\u{1b}[31m", "9999999999999999999999", "/etc/passwd"] {
            try link("job", to: text)
            #expect(run.job == nil, "\(text)")
        }
        try link("job", to: "42")
        #expect(run.job == "42")
    }

    @Test
    func `a request that is replaced is a conflict`() throws {
        let document = JSONValue.object(["command": .array([.string("true")])])
        #expect(try run.keep(document))
        #expect(try !run.keep(document))
        try replacing("request") { what in
            guard what != "a link to /nowhere" else { return }
            let error = #expect(throws: BackendError.self, "\(what)") { try run.keep(document) }
            #expect(error?.category == .conflict, "\(what)")
        }
    }

    @Test
    func `of the output, only files, folders and links inside of it are kept`() async throws {
        try write("output/model", "weights")
        try FileManager.default.createDirectory(atPath: "\(run.path)/output/sub", withIntermediateDirectories: false)
        try write("output/sub/big", String(repeating: "x", count: 3 << 20))
        #expect(chmod("\(run.path)/output/model", 0o6755) == 0)
        try link("output/latest", to: "sub/big")
        try link("output/sub/up", to: "../model")
        try link("output/out", to: "../../../secret")
        try link("output/absolute", to: folder.file("secret"))
        try link("output/sub/far", to: "../../x")
        try pipe("output/pipe")
        let kept = try await run.keepOutput(in: folder.path, limit: 1 << 30)
        let path = try #require(kept.path)
        let names = try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
        #expect(names == ["latest", "model", "sub", "sub/big", "sub/up"])
        #expect(FileManager.default.contents(atPath: "\(path)/latest")?.count == 3 << 20)
        var status = stat()
        #expect(lstat("\(path)/model", &status) == 0 && status.st_mode & 0o7777 == 0o755)
        #expect(kept.warnings.count == 4, "\(kept.warnings)")
        #expect(kept.warnings.contains { $0.contains("pipe was left out: it is not a file, folder or link") })
        // Again: the complete copy remains.
        #expect(try await run.keepOutput(in: folder.path, limit: 1 << 30).path == path)
    }

    @Test
    func `an output of terabytes or of a million names is not kept, and leaves no part`() async throws {
        try write("output/sparse", "")
        #expect(truncate("\(run.path)/output/sparse", 5 << 40) == 0)
        let kept = try await run.keepOutput(in: folder.path, limit: 50 << 30)
        #expect(kept.path == nil && kept.warnings.first?.contains("'output_size_limit'") == true, "\(kept)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["home", "secret"])
    }

    @Test
    func `an output folder that is a link to another one is not kept`() async throws {
        for target in ["/etc", folder.path, "."] {
            try link("output", to: target)
            let kept = try await run.keepOutput(in: folder.path, limit: 1 << 30)
            #expect(kept.path == nil && kept.warnings.count == 1, "\(target): \(kept)")
        }
    }

    @Test
    func `folders that are too deep, and those without permissions, do not stop the removal`() throws {
        var place = "\(run.path)/output"
        for _ in 0..<300 { place += "/d" }
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: "\(run.path)/closed/x", withIntermediateDirectories: true)
        #expect(chmod("\(run.path)/closed", 0) == 0)
        try link("output2", to: folder.path)
        try run.remove()
        #expect(!FileManager.default.fileExists(atPath: run.path))
        #expect(FileManager.default.fileExists(atPath: folder.file("secret")))
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a folder away"))
    func `a folder of another user, or one that all can write to, is refused before a submit`() async throws {
        let root = folder.file("shared")
        let shared = SlurmFolder(root: "\(root)/home", runID: .random())
        try #require(mkdir(root, 0o777) == 0 && chmod(root, 0o777) == 0)
        for prepare in [{}, { chmod(root, 0o755) == 0 && chown(root, 65_534, 65_534) == 0 ? () : () }] {
            prepare()
            let error = await #expect(throws: BackendError.self) { _ = try await shared.lock() }
            #expect(error?.category == .configuration && error?.hint != nil, "\(String(describing: error))")
            #expect(try FileManager.default.contentsOfDirectory(atPath: root).isEmpty)
        }
        try #require(chown(root, 0, 0) == 0)
        _ = try await shared.lock()
        #expect(try FileManager.default.contentsOfDirectory(atPath: root) == ["home"])
    }
}
