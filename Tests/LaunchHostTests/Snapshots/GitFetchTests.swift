import Foundation
import Testing

import LaunchHost
@testable import LaunchSnapshots

struct GitFetchTests {
    /// A real repository with a branch, a tag and a submodule of a submodule.
    private struct Origin {
        let scratch: Scratch
        let url: String
        let store: SourceStore
        let fetch: GitFetch

        init() async throws {
            scratch = try Scratch()
            store = SourceStore(folder: "\(scratch.path)/sources")
            fetch = GitFetch()
            url = "file://\(scratch.path)/main"
            for (name, inner) in [("deep", nil), ("parts", "deep"), ("main", "parts")] {
                try scratch.write(["\(name)/\(name).txt": "\(name)\n", "\(name)/Dockerfile": "FROM scratch\n"])
                try await git(["init", "-q", "-b", "main"], in: name)
                if let inner {
                    // A relative address, as the documentation of git hosts advises.
                    try await git(["submodule", "--quiet", "add", "../\(inner)", "lib/\(inner)"], in: name)
                }
                try await commit("first", in: name)
            }
        }

        @discardableResult
        func git(_ arguments: [String], in name: String) async throws -> String {
            // The result must not depend on the git settings of the user who runs the tests.
            try await Tool.run(
                ["git", "-c", "protocol.file.allow=always", "-c", "user.name=t", "-c", "user.email=t@example.org"]
                    + arguments, in: "\(scratch.path)/\(name)",
                environment: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"]
            )
            .trimmingCharacters(in: .whitespacesAndNewlines)
        }

        @discardableResult
        func commit(_ message: String, in name: String) async throws -> String {
            try await git(["add", "-A"], in: name)
            // The submodules' addresses are relative to the address of this repository.
            try await git(["commit", "-q", "--allow-empty", "-m", message], in: name)
            return try await git(["rev-parse", "HEAD"], in: name)
        }

        func files(_ snapshot: SourceStore.Snapshot) async throws -> [String] {
            let context = try await store.context(of: snapshot.source.snapshot)
            return try ContextScan(of: context, ignoring: .none, work: SourceWork()).entries
                .filter { $0.kind == .file }.map(\.path)
        }
    }

    @Test func `branches, tags and commits are resolved`() async throws {
        let origin = try await Origin()
        let first = try await origin.git(["rev-parse", "HEAD"], in: "main")
        try await origin.git(["tag", "-a", "v1", "-m", "one"], in: "main")
        let second = try await origin.commit("second", in: "main")
        #expect(try await origin.fetch.resolve(origin.url) == second)
        #expect(try await origin.fetch.resolve(origin.url, version: "main") == second)
        #expect(try await origin.fetch.resolve(origin.url, version: "v1") == first)
        #expect(try await origin.fetch.resolve(origin.url, version: first.uppercased()) == first)
        let unknown = try await #require(throws: LaunchError.self) {
            try await origin.fetch.resolve(origin.url, version: "mian")
        }
        #expect(unknown.hint == "Did you mean 'main'?")
        let gone = try await #require(throws: LaunchError.self) {
            try await origin.fetch.resolve("file://\(origin.scratch.path)/nowhere")
        }
        #expect(gone.kind == .invalid)
        #expect(gone.message.contains("the git repository 'file://"))
        await #expect(throws: LaunchError.self) { try await origin.fetch.resolve(origin.url, version: "--exec=x") }
    }

    @Test func `the commit is fetched with its submodules`() async throws {
        let origin = try await Origin()
        try origin.scratch.write(["main/run.sh": "#!/bin/sh\n", "main/.dockerignore": "*.log\n", "main/x.log": "1"])
        try origin.scratch.setMode("main/run.sh", 0o755)
        let first = try await origin.commit("tools", in: "main")
        try origin.scratch.write(["main/later": ""])
        try await origin.commit("later", in: "main")

        let snapshot = try await origin.fetch.fetch(origin.url, commit: first, into: origin.store)
        #expect(
            try await origin.files(snapshot) == [
                ".dockerignore", ".gitmodules", "Dockerfile", "lib/parts/.gitmodules", "lib/parts/Dockerfile",
                "lib/parts/lib/deep/Dockerfile", "lib/parts/lib/deep/deep.txt", "lib/parts/parts.txt", "main.txt",
                "run.sh",
            ])
        #expect(snapshot.source.origin == "\(origin.url)@\(first)")
        let context = try await origin.store.context(of: snapshot.source.snapshot)
        #expect(try ContextScan(of: context, ignoring: .none, work: SourceWork()).entries.last?.mode == 0o755)

        // The same commit gives the same content at any time, and the fetch leaves nothing else.
        let again = try await origin.fetch.fetch(origin.url, commit: first, into: origin.store)
        #expect(again.isReused)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: origin.store.folder) == [snapshot.source.snapshot])
    }

    @Test func `everything is fetched if the server does not serve single commits`() async throws {
        let origin = try await Origin()
        let first = try await origin.git(["rev-parse", "HEAD"], in: "main")
        try origin.scratch.write(["main/later": ""])
        try await origin.commit("later", in: "main")
        // Servers with the first version of the protocol do not serve single commits by default.
        let fetch = GitFetch(
            setting: [
                "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.version", "GIT_CONFIG_VALUE_0": "0",
            ])
        let snapshot = try await fetch.fetch(origin.url, commit: first, into: origin.store)
        #expect(try await !origin.files(snapshot).contains("later"))
    }

    @Test func `a missing version or Dockerfile is named`() async throws {
        let origin = try await Origin()
        let head = try await origin.git(["rev-parse", "HEAD"], in: "main")
        let none = String(repeating: "1", count: 40)
        let commit = try await #require(throws: LaunchError.self) {
            try await origin.fetch.fetch(origin.url, commit: none, into: origin.store)
        }
        #expect(commit.message.contains("has no commit \(none)"))
        let file = try await #require(throws: LaunchError.self) {
            try await origin.fetch.fetch(origin.url, commit: head, dockerfile: "No", into: origin.store)
        }
        #expect(file.message == "the Dockerfile 'No' does not exist in '\(origin.url)@\(head.prefix(12))'.")
        #expect(try FileManager.default.contentsOfDirectory(atPath: origin.store.folder).isEmpty)
    }

    @Test func `an unreachable host is an error with git's message`() async throws {
        let fetch = GitFetch()
        let error = try await #require(throws: LaunchError.self) {
            try await fetch.resolve("http://127.0.0.1:1/x.git")
        }
        #expect(error.kind == .unavailable)
        #expect(error.message.contains("cannot be reached; git says: "))
    }

    @Test func `a missing git is an error with a hint`() async throws {
        let error = try await #require(throws: LaunchError.self) {
            try await GitFetch(git: "/nowhere/git").resolve("https://localhost/x.git")
        }
        #expect(error.kind == .unavailable)
        #expect(error.message.contains("git"))
        #expect(error.hint == "Install git.")
    }

    @Test
    func `offline, only a full commit ID is accepted, and no repository is contacted`() async throws {
        // Contacting this address gives another kind of error.
        let url = "https://127.0.0.1:9/train.git"
        let commit = String(repeating: "0a", count: 20)
        #expect(try await GitFetch().resolve(url, version: commit, offline: true) == commit)
        for version in [nil, "main"] {
            let error = await #expect(throws: LaunchError.self) {
                try await GitFetch().resolve(url, version: version, offline: true)
            }
            #expect(error?.kind == .invalid)
        }
    }
}
