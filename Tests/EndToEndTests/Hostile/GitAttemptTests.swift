import Foundation
import TestSupport
import Testing

/// Attempts by the author of a git repository that a run is built from.
@Suite("Attempts by a repository's author", .needsEngine, .timeLimit(.minutes(30)))
struct GitAttemptTests {
    /// Makes a repository in the world's folder.
    private struct Repository {
        let world: World
        let path: String
        var url: String { "file://\(path)" }

        init(in world: World, _ name: String) throws {
            self.world = world
            path = world.folder.file(name)
            try world.folder.write(
                "\(name)/Dockerfile", "FROM \(World.image)\nLABEL e2e=\(world.project)\nCMD [\"true\"]\n")
            try git("init", "-q", "-b", "main")
            try commit()
        }

        func file(_ name: String) -> String { "\(path)/\(name)" }

        @discardableResult
        func git(_ words: String...) throws -> String {
            try Tool.run(
                "git",
                ["-C", path, "-c", "protocol.allow=always", "-c", "user.name=t", "-c", "user.email=t@example.org"]
                    + words,
                environment: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"])
        }

        func commit() throws {
            try git("add", "-A")
            try git("commit", "-q", "--allow-empty", "-m", "attempt")
        }

        /// Runs a job from it to its end.
        func run(_ options: [String] = []) async throws -> Answer {
            try await world.launch(["run", "-q", "q", "--git", url] + options)
        }
    }

    private static let secret = SourceAttemptTests.secret

    private func with(_ body: (World, Repository) async throws -> Void) async throws {
        try await World.with(setting: ["AWS_SECRET_ACCESS_KEY": Self.secret]) { world in
            try await body(world, try Repository(in: world, "repository"))
            try SourceAttemptTests.expectNoSecret(in: world)
        }
    }

    @Test(arguments: [".dockerignore", "Dockerfile"])
    func `links in a commit that lead out of it are not read`(name: String) async throws {
        try await with { _, repository in
            try? FileManager.default.removeItem(atPath: repository.file(name))
            try FileManager.default.createSymbolicLink(
                atPath: repository.file(name), withDestinationPath: "/proc/self/environ")
            try repository.commit()
            let answer = try await repository.run()
            #expect(answer.code == 1, "\(answer)")
            let message = name == "Dockerfile" ? "is not inside the source folder" : "leads out of the folder"
            #expect(answer.errors.contains(message), "\(answer)")
            #expect(!(answer.output + answer.errors).contains(Self.secret))
        }
    }

    @Test
    func `addresses that are options or commands are rejected before git gets them`() async throws {
        try await with { world, _ in
            for (url, message) in [
                ("--upload-pack=touch \(world.folder.file("marker"))", "is not the address of a git repository"),
                ("ext::sh -c 'touch \(world.folder.file("marker"))'", "is not the address of a git repository"),
                ("ext://host/path", "git is not used over 'ext'"), ("ssh://-oProxyCommand=x/y", "names no host"),
                ("-u:path", "is not the address of a git repository"), ("file://x\ny", "is not the address"),
            ] {
                let answer = try await world.launch("submit", "-q", "q", "--git=\(url)")
                #expect(answer.code == 65 && answer.errors.contains(message), "\(url): \(answer)")
            }
            #expect(!FileManager.default.fileExists(atPath: world.folder.file("marker")))
        }
    }

    @Test
    func `commands in the repository's own settings and hooks are not run`() async throws {
        try await with { world, repository in
            let command = "touch \(world.folder.file("marker"))"
            for key in ["core.fsmonitor", "core.sshCommand", "core.alternateRefsCommand", "uploadpack.packObjectsHook"]
            {
                try repository.git("config", key, "\(command); false")
            }
            for hook in ["post-checkout", "pre-auto-gc", "post-upload-pack", "fsmonitor-watchman"] {
                try world.folder.write("repository/.git/hooks/\(hook)", "#!/bin/sh\n\(command)\n")
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o755], ofItemAtPath: repository.file(".git/hooks/\(hook)"))
            }
            // A commit contains only the name of a filter. The user's settings define its command.
            try world.folder.write("repository/.gitattributes", "* filter=evil diff=evil merge=evil\n")
            try repository.git("config", "filter.evil.smudge", "\(command); cat")
            try repository.commit()
            try? FileManager.default.removeItem(atPath: world.folder.file("marker"))
            let answer = try await repository.run()
            #expect(answer.code == 0, "\(answer)")
            #expect(!FileManager.default.fileExists(atPath: world.folder.file("marker")))
        }
    }

    @Test(arguments: [
        ("url = ext::sh -c 'touch MARKER'", "transport 'ext' not allowed"),
        ("url = ../none\n\tupdate = !touch MARKER", "invalid value for"),
        ("url = -uMARKER", "No url found for submodule path 'sub'"),
    ])
    func `submodules cannot run commands, lead out of the checkout or be options`(setting: String, message: String)
        async throws
    {
        try await with { world, repository in
            let marker = world.folder.file("marker")
            let commit = try repository.git("rev-parse", "HEAD").trimmingCharacters(in: .whitespacesAndNewlines)
            try world.folder.write(
                "repository/.gitmodules",
                "[submodule \"sub\"]\n\tpath = sub\n\t\(setting.replacingOccurrences(of: "MARKER", with: marker))\n")
            try repository.git("update-index", "--add", "--cacheinfo", "160000,\(commit),sub")
            try repository.git("add", ".gitmodules")
            try repository.git("commit", "-q", "-m", "attempt")
            let answer = try await repository.run()
            #expect(answer.code == 1, "\(answer)")
            #expect(answer.errors.contains(message), "\(answer)")
            #expect(!FileManager.default.fileExists(atPath: marker))
        }
    }

    @Test
    func `a small repository with a large checkout is stopped at the limit`() async throws {
        try await with { world, repository in
            // Trees that name one blob repeatedly: 1,000 times 100 KiB from one blob.
            try world.folder.write("repository/blob", [UInt8](repeating: 7, count: 100 << 10))
            let blob = try repository.git("hash-object", "-w", "blob").trimmingCharacters(in: .whitespacesAndNewlines)
            var tree = try Self.tree(of: (0..<32).map { "100644 blob \(blob)\tf\($0)" }, repository)
            tree = try Self.tree(of: (0..<32).map { "040000 tree \(tree)\td\($0)" }, repository)
            let commit = try repository.git("commit-tree", tree, "-m", "bomb")
            try repository.git("update-ref", "refs/heads/main", commit.trimmingCharacters(in: .whitespacesAndNewlines))
            let config = try world.folder.write("limits.yaml", "source_size_limit: 5m\n")
            let answer = try await repository.run(["-c", config])
            #expect(answer.code == 1, "\(answer)")
            #expect(answer.errors.contains("larger than 5m, the 'source_size_limit'"), "\(answer)")
        }
    }

    private static func tree(of lines: [String], _ repository: Repository) throws -> String {
        let list = try repository.world.folder.write("list", lines.joined(separator: "\n") + "\n")
        return try Tool.run("/bin/sh", ["-c", "git -C '\(repository.path)' mktree <'\(list)'"])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
