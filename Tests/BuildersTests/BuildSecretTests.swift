import Foundation
import LaunchBuilders
import LaunchHost
import TestSupport
import Testing

/// Which builds get a secret, and the errors of the others.
struct BuildSecretTests {
    static let repository = "https://git.example.com/ml/train"

    /// Queue, repository, configured lists, and whether the build gets the secret.
    static let cases: [(String?, String?, [String: [String]], Bool)] = [
        (nil, nil, [:], true), (nil, nil, ["queues": ["other"]], true), (nil, repository, ["sources": []], true),
        ("train", nil, [:], false), ("train", repository, [:], false),
        ("train", nil, ["queues": ["train"]], true), ("train", nil, ["queues": ["other", "*"]], true),
        ("train", nil, ["queues": ["other"]], false), ("train", nil, ["queues": []], false),
        ("train", nil, ["queues": ["Train", "trai", "train2", "t*"]], false),
        ("train", repository, ["sources": [repository]], true),
        ("train", repository, ["sources": ["https://git.example.com/ml/*"]], true),
        ("train", nil, ["sources": ["https://git.example.com/ml/*"]], false),
        ("train", "https://git.example.com/ml/../evil", ["sources": ["https://git.example.com/ml/*"]], false),
        ("train", "https://git.example.com/ml/..", ["sources": ["https://git.example.com/ml/*"]], false),
        ("train", "https://git.example.com/ml/%2e%2e%2fevil", ["sources": ["https://git.example.com/ml/*"]], false),
        ("train", "https://git.example.com/ml/a/b", ["sources": ["https://git.example.com/ml/*"]], false),
        ("train", "https://git.example.com/mlx/a", ["sources": ["https://git.example.com/ml/*"]], false),
        ("train", "https://git.example.com/ml/", ["sources": ["https://git.example.com/ml/*"]], false),
        ("train", repository, ["queues": ["other"], "sources": [repository]], false),
        ("train", repository, ["queues": ["train"], "sources": ["https://other.example.com/a"]], false),
        ("train", repository, ["queues": ["train"], "sources": [repository]], true),
    ]

    private func builder(_ folder: TemporaryDirectory, _ lists: [String: [String]]) throws -> any Builder {
        let file = try folder.write("pip.conf", "planted-\(UUID().uuidString)")
        var value: JSONValue = .string(file)
        if !lists.isEmpty {
            var members = lists.mapValues { JSONValue.array($0.map { .string($0) }) }
            members["file"] = .string(file)
            value = .object(members)
        }
        return try DockerBuilder.plugin.make(
            Options(["secrets": .object(["pip": value, "unasked": .string(file)])]), PluginContext())
    }

    private func key(
        _ builder: any Builder, _ folder: TemporaryDirectory, _ dockerfile: String, queue: String?,
        repository: String? = nil
    ) async throws -> ContentKey {
        let context = folder.file("context")
        try FileManager.default.createDirectory(atPath: context, withIntermediateDirectories: true)
        try Data(dockerfile.utf8).write(to: URL(fileURLWithPath: context + "/Dockerfile"))
        let source = BuildSource(
            context: context, digest: "", dockerfile: "Dockerfile", project: "p", queue: queue, repository: repository)
        return try await builder.key(for: source, offline: true)
    }

    @Test(arguments: cases) func `only listed queues and repositories get a secret`(
        queue: String?, repository: String?, lists: [String: [String]], isGranted: Bool
    ) async throws {
        let folder = try TemporaryDirectory()
        let builder = try builder(folder, lists)
        let text = "FROM scratch\nRUN --mount=type=secret,id=pip true\n"
        guard !isGranted else {
            _ = try await key(builder, folder, text, queue: queue, repository: repository)
            return
        }
        let error = await #expect(throws: BackendError.self) {
            _ = try await key(builder, folder, text, queue: queue, repository: repository)
        }
        #expect(error?.category == .denied)
        #expect(error?.message.hasPrefix("Dockerfile:2: the Dockerfile asks for the build secret 'pip'") == true)
        #expect(error?.message.contains("builder.secrets.pip") == true)
        // A Dockerfile that does not request it is built as before.
        _ = try await key(builder, folder, "FROM scratch\nRUN true\n", queue: queue, repository: repository)
    }

    @Test func `the error names the key and the text to write`() async throws {
        let folder = try TemporaryDirectory()
        let text = "FROM scratch\nRUN --mount=type=secret,id=pip true\n"
        for (lists, why, hint) in [
            (
                [:], "builder.secrets.pip names no queues and no sources, so it reaches only runs without a queue.",
                "Write 'pip: {file: \(folder.file("pip.conf")), queues: [train]}' in builder.secrets, if"
            ),
            (
                ["queues": ["other"]], "builder.secrets.pip.queues does not name the queue 'train'.",
                "Add 'train' to builder.secrets.pip.queues, if"
            ),
            (
                ["sources": ["https://other.example.com/a"]],
                "builder.secrets.pip.sources does not name the repository \(Self.repository).",
                "Add '\(Self.repository)' to builder.secrets.pip.sources, if"
            ),
        ] as [([String: [String]], String, String)] {
            let builder = try builder(folder, lists)
            let error = await #expect(throws: BackendError.self) {
                _ = try await key(builder, folder, text, queue: "train", repository: Self.repository)
            }
            #expect(error?.message.hasSuffix("and \(why)") == true, "\(error?.message ?? "")")
            #expect(error?.hint?.hasPrefix(hint) == true, "\(error?.hint ?? "")")
        }
    }

    @Test(arguments: [
        "RUN --mount=type=secret,id=pip true", "RUN --mount=id=pip,type=secret true",
        "RUN --mount=type=secret,target=/etc/pip true", "RUN --mount=type=secret,dst=/etc/pip true",
        "RUN --mount=type=cache,target=/c --mount=type=secret,id=pip,required=true true",
        "RUN --mount=type=SECRET,id=pip true", "RUN --mount=\"type=secret\",\"id=pip\" true",
        "RUN --mount=type=secret,id=pip,env=PIP \\\n  true", "ARG N=pip\nRUN --mount=type=secret,id=$N true",
        "ARG T=secret\nRUN --mount=type=$T,id=pip true", "run --mount=type=secret,id=p\\ip true",
    ])
    func `every form of a request for a secret is recognized`(step: String) async throws {
        let folder = try TemporaryDirectory()
        let builder = try builder(folder, [:])
        let error = await #expect(throws: BackendError.self) {
            _ = try await key(builder, folder, "FROM scratch\n\(step)\n", queue: "train")
        }
        #expect(error?.category == .denied)
    }

    @Test(arguments: [
        "RUN --mount=type=secret,id=other true", "RUN --mount=type=cache,id=pip,target=/pip true",
        "RUN echo --mount=type=secret,id=pip", "# RUN --mount=type=secret,id=pip true",
    ])
    func `a Dockerfile that requests no configured secret is accepted`(step: String) async throws {
        let folder = try TemporaryDirectory()
        _ = try await key(try builder(folder, [:]), folder, "FROM scratch\n\(step)\n", queue: "train")
    }

    @Test func `the key contains exactly the secrets that a build may use`() async throws {
        let folder = try TemporaryDirectory()
        let (granting, plain) = (
            try builder(folder, ["queues": ["train"]]), try DockerBuilder.plugin.make(Options(), PluginContext())
        )
        func keys(_ text: String) async throws -> (run: ContentKey, train: ContentKey, none: ContentKey) {
            (
                try await key(granting, folder, text, queue: nil),
                try await key(granting, folder, text, queue: "train"),
                try await key(plain, folder, text, queue: "train")
            )
        }
        let unasked = try await keys("FROM scratch\nRUN true\n")
        #expect(unasked.run == unasked.train && unasked.train == unasked.none)
        let asked = try await keys("# syntax=docker/dockerfile:1\nFROM scratch\nRUN --mount=type=secret,id=pip true\n")
        #expect(asked.run == asked.train && asked.train != asked.none)
        // `unasked` is only for runs without a queue, and this frontend may use it.
        let other = try await keys("# syntax=other/frontend\nFROM scratch\n")
        #expect(other.run != other.train && other.train != other.none)
    }

    @Test func `a source with a pattern inside is rejected`() throws {
        let folder = try TemporaryDirectory()
        let error = #expect(throws: BackendError.self) {
            _ = try builder(folder, ["sources": ["https://*.example.com/ml/train"]])
        }
        #expect(error?.message.contains("https://*.example.com/ml/train") == true)
    }
}
