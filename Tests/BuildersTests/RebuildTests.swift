import Foundation
import LaunchConformance
import LaunchHost
import TestSupport
import Testing

@testable import LaunchBuilders

/// Builds whose result may differ although their key is the same.
@Suite("rebuilds", .timeLimit(.minutes(30))) struct RebuildTests {
    private func remote(_ text: String, _ arguments: [String: String] = [:]) throws -> [String] {
        try Dockerfile(parsing: text, file: "Dockerfile", buildArguments: arguments).remoteFiles.map(\.address)
    }

    private static let commit = String(repeating: "a", count: 40)

    @Test(arguments: [
        ("ADD https://h/x /x", "https://h/x"),
        ("ADD --chown=1 HTTP://h/x https://h/y /d/", "HTTP://h/x https://h/y"),
        ("add [\"https://h/x\", \"/a b\"]", "https://h/x"),
        ("ADD \"https://h/x\" /x", "https://h/x"),
        ("ADD git@h:team/data.git /x", "git@h:team/data.git"),
        ("ADD https://h/data.git#main /x", "https://h/data.git#main"),
        ("ADD https://user:pw@h/x /x", "https://***@h/x"),
        ("ARG URL=https://h/x\nADD $URL /x", "$URL"),
        ("ADD \\\n  https://h/x \\\n  /x", "https://h/x"),
        ("ADD --checksum=sha256:\(commit) https://h/x /x", ""),
        ("ADD https://h/data.git#\(commit) /x", ""), ("ADD https://h/data.git#\(commit):sub /x", ""),
        ("ADD x.tar https /x", ""), ("ADD $DATA /x", ""), ("COPY https://h/x /x", ""), ("ADD a@b /x", ""),
        ("ADD ./http://x /x", ""), ("RUN curl https://h/x", ""),
    ])
    func `downloads of ADD without a pin are recognized`(_ lines: String, _ expected: String) throws {
        #expect(try remote("FROM a\n\(lines)").joined(separator: " ") == expected)
    }

    @Test func `a build argument can contain an address`() throws {
        #expect(try remote("FROM a\nARG URL\nADD $URL /x", ["URL": "https://h/x"]) == ["$URL"])
        #expect(try remote("FROM a\nARG URL\nADD $URL /x", ["URL": "local"]) == [])
    }

    private struct Context: ContextProvider {
        let source: BuildSource
        func context(of source: Source, fetching: Bool) -> SourceContext? {
            SourceContext(folder: self.source.context, digest: self.source.digest)
        }
    }

    private func stage(
        _ bench: BuildBench, _ context: BuildSource, _ options: [String: JSONValue] = [:]
    ) throws -> ImageStage {
        ImageStage(
            registry: try bench.engineStore(), builder: try bench.builder(options), contexts: Context(source: context))
    }

    private let source = Source.code(Source.Code(snapshot: "", origin: "here", dockerfile: "Dockerfile"))

    @Test(.enabled(if: TestDocker.isWanted, "LAUNCH_TEST_NO_ENGINE=1"))
    func `with no_cache each run has its own build; without it the existing image is used`() async throws {
        let bench = try BuildBench()
        let context = try await bench.source(.good(content: UUID().uuidString))
        let cached = try stage(bench, context)
        let fresh = try stage(bench, context, ["no_cache": .bool(true)])
        func image(_ stage: ImageStage) async throws -> ImageDecision {
            try await stage.image(source, project: "p", queue: nil) { _ in }
        }
        let first = try await image(cached)
        #expect(first.way == .build)
        let again = try await image(cached)
        #expect(again.way == .cached && again.image == first.image)
        let decisions = [try await image(fresh), try await image(fresh)]
        #expect(decisions.allSatisfy { $0.way == .build && $0.summary.contains("no_cache") })
        #expect(Set((decisions + [first]).map(\.destination)).count == 3)
        #expect(Set((decisions + [first]).compactMap { $0.image?.digest }).count == 3)
        let plan = try await fresh.plan(source, project: "p", queue: nil, offline: false)
        #expect(plan.way == .build && plan.summary.contains("no_cache"))
        // The tag of the cached image still refers to the same image.
        #expect(try await image(cached).image == first.image)
    }

    @Test(.enabled(if: TestDocker.isWanted, "LAUNCH_TEST_NO_ENGINE=1"))
    func `a file from the network is not reused from an earlier image`() async throws {
        let bench = try BuildBench()
        let content = Names()
        content.add("one")
        let server = try TestServer { _ in TestAnswer.text(content.all.last ?? "") }
        let built = try await bench.source(.good(content: UUID().uuidString))
        let file = "\(built.context)/Dockerfile"
        try (try String(contentsOfFile: file, encoding: .utf8) + "ADD http://127.0.0.1:\(server.port)/x /x\n")
            .write(toFile: file, atomically: true, encoding: .utf8)
        let stage = try stage(bench, built)
        let first = try await stage.image(source, project: "p", queue: nil) { _ in }
        content.add("two")
        let second = try await stage.image(source, project: "p", queue: nil) { _ in }
        #expect(first.way == .build && second.way == .build && second.summary.contains("/x"))
        let layers = try [first, second].map { decision in
            try TestDocker.docker([
                "image", "inspect", "--format", "{{json .RootFS.Layers}}", decision.image?.reference ?? "",
            ])
        }
        #expect(layers[0] != layers[1])
    }
}
