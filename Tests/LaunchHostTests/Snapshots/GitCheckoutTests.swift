import Foundation
import Testing

import LaunchHost
@testable import LaunchSnapshots

/// Commits with submodules or large files, which need more than a plain checkout.
@Suite(.timeLimit(.minutes(30))) struct GitCheckoutTests {
    private let scratch: Scratch
    private let store: SourceStore

    init() throws {
        scratch = try Scratch()
        store = SourceStore(folder: "\(scratch.path)/sources")
    }

    @discardableResult
    private func git(_ arguments: String..., in name: String) async throws -> String {
        try await Tool.run(
            ["git", "-c", "protocol.file.allow=always", "-c", "user.name=t", "-c", "user.email=t@example.org"]
                + arguments,
            in: "\(scratch.path)/\(name)",
            environment: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"]
        ).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func repository(_ name: String, _ files: KeyValuePairs<String, String>) async throws -> String {
        try scratch.write(files, in: name)
        try await git("init", "-q", "-b", "main", in: name)
        return try await commit(name)
    }

    private func commit(_ name: String) async throws -> String {
        try await git("add", "-A", in: name)
        try await git("commit", "-q", "--allow-empty", "-m", "one", in: name)
        return try await git("rev-parse", "HEAD", in: name)
    }

    /// Adds a submodule's entry that is missing in `.gitmodules`.
    private func stray(_ path: String, in name: String) async throws {
        try await git(
            "update-index", "--add", "--cacheinfo", "160000,\(String(repeating: "1", count: 40)),\(path)", in: name)
        try await git("commit", "-q", "-m", "stray", in: name)
    }

    private func fetch(_ name: String) async throws -> [String] {
        let commit = try await git("rev-parse", "HEAD", in: name)
        let snapshot = try await GitFetch(setting: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"])
            .fetch("file://\(scratch.path)/\(name)", commit: commit, into: store)
        let context = try await store.context(of: snapshot.source.snapshot)
        return try ContextScan(of: context, ignoring: .none, work: SourceWork()).entries.map(\.path)
    }

    @Test func `a gitlink without an entry is an empty folder, alone, beside submodules, and in a submodule`()
        async throws
    {
        _ = try await repository("alone", ["Dockerfile": "FROM scratch\n"])
        try await stray("vendor/x", in: "alone")
        #expect(try await fetch("alone") == ["Dockerfile", "vendor", "vendor/x"])

        _ = try await repository("part", ["p": "1"])
        try await stray("inner", in: "part")
        _ = try await repository("main", ["Dockerfile": "FROM scratch\n"])
        try await git("submodule", "--quiet", "add", "../part", "lib [p]", in: "main")
        // An entry without a gitlink is ignored.
        try await git("config", "--file", ".gitmodules", "submodule.gone.path", "gone", in: "main")
        _ = try await commit("main")
        try await stray("x", in: "main")
        #expect(
            try await fetch("main") == [
                ".gitmodules", "Dockerfile", "lib [p]", "lib [p]/inner", "lib [p]/p", "x",
            ])
    }

    @Test func `a link in place of .gitmodules does not lead to a file of this machine`() async throws {
        _ = try await repository("main", ["Dockerfile": "FROM scratch\n"])
        try scratch.write(["outside": "[submodule \"a\"]\n\tpath = a\n\turl = ../a\n"])
        try scratch.link("main/.gitmodules", to: "\(scratch.path)/outside")
        do {
            _ = try await commit("main")
            try await stray("a", in: "main")
        } catch {
            // This version of git refuses to create such a commit.
            return
        }
        let files = try? await fetch("main")
        #expect(files == nil || files == [".gitmodules", "Dockerfile", "a"])
    }

    private static let pointer = """
        version https://git-lfs.github.com/spec/v1
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
        size 12345

        """

    @Test func `a pointer of Git LFS without its file is rejected, unless the build excludes it`()
        async throws
    {
        _ = try await repository(
            "main",
            [
                "Dockerfile": "FROM scratch\n", ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
                "data/m.bin": Self.pointer,
            ])
        let error = try await #require(throws: LaunchError.self) { try await fetch("main") }
        #expect(error.kind == .invalid)
        #expect(error.message.contains("'data/m.bin'") && error.message.contains("Git LFS"))
        #expect(error.hint?.contains(".dockerignore") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder).isEmpty)

        try scratch.write([".dockerignore": "data\n"], in: "main")
        _ = try await commit("main")
        #expect(try await fetch("main") == [".dockerignore", ".gitattributes", "Dockerfile"])
    }

    @Test func `a folder with a pointer is accepted with a warning`() async throws {
        let folder = try scratch.write(["Dockerfile": "FROM scratch\n", "m.bin": Self.pointer], in: "folder")
        let snapshot = try await store.snapshot(of: folder)
        #expect(snapshot.warnings.count == 1 && snapshot.warnings[0].hint?.contains("git lfs pull") == true)
    }

    @Test(arguments: [
        "", "version https://git-lfs.github.com/spec/v1\n", "version https://git-lfs.github.com/spec/v1\nsize 1\n",
        "# version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        pointer + String(repeating: "x", count: 1024),
    ])
    func `other texts are not pointers`(_ text: String) {
        #expect(!LargeFiles.isPointer(Array(text.utf8)))
    }

    @Test func `pointers of the first versions are pointers`() {
        #expect(LargeFiles.isPointer(Array(Self.pointer.replacing("git-lfs", with: "hawser").utf8)))
        #expect(LargeFiles.isPointer(Array(Self.pointer.utf8)))
    }

    @Test func `with git-lfs installed the files are fetched, without a filter in the configuration`() async throws {
        _ = try await repository("main", ["Dockerfile": "FROM scratch\n"])
        guard (try? await git("lfs", "version", in: "main")) != nil else { return }
        try await git("lfs", "install", "--local", in: "main")
        try await git("lfs", "track", "*.bin", in: "main")
        let content = String(repeating: "weights ", count: 1000)
        try scratch.write(["m.bin": content], in: "main")
        let head = try await commit("main")
        #expect(try await git("show", "HEAD:m.bin", in: "main").hasPrefix("version https://git-lfs"))
        let snapshot = try await GitFetch(setting: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"])
            .fetch("file://\(scratch.path)/main", commit: head, into: store)
        let context = try await store.context(of: snapshot.source.snapshot)
        #expect(try scratch.read("\(context)/m.bin") == content)
    }
}
