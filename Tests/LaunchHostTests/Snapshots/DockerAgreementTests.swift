import Foundation
import Testing

import LaunchHost

/// Compares with the files that Docker itself copies, if an engine is available.
struct DockerAgreementTests {
    /// Whether an engine responds at `DOCKER_HOST` or at the client's default address.
    private static let engine = Task {
        (try? await Tool.run(["docker", "version", "--format", "{{.Server.Version}}"], in: "/")) != nil
    }

    /// The files that the classic builder copies from a folder.
    private func copied(from folder: String) async throws -> [String] {
        let name = "launch-ignore-\(UUID().uuidString.lowercased())"
        let listed: Result<String, any Error>
        do {
            try await Tool.run(
                ["docker", "build", "-q", "--no-cache", "--network", "none", "-t", name, "."], in: folder,
                environment: ["DOCKER_BUILDKIT": "0"])
            try await Tool.run(["docker", "create", "--network", "none", "--name", name, name, "/none"], in: folder)
            listed = .success(
                try await Tool.run(
                    ["sh", "-c", "docker export \"$0\" | tar -t --quoting-style=literal", name], in: folder))
        } catch {
            listed = .failure(error)
        }
        _ = try? await Tool.run(["docker", "rm", "-f", name], in: folder)
        _ = try? await Tool.run(["docker", "rmi", "-f", name], in: folder)
        return try listed.get().split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("copied/") && !$0.hasSuffix("/") }.map { String($0.dropFirst("copied/".count)) }
            .sorted()
    }

    @Test(
        .enabled("needs a Docker engine, found by DOCKER_HOST, to compare with") { await engine.value },
        arguments: IgnoreCase.all.filter(\.classicAgrees).enumerated().map { ($0, $1) })
    func `the rules exclude the files that Docker excludes`(_ index: Int, _ example: IgnoreCase) async throws {
        let scratch = try Scratch()
        // The content is unique, because removing an image with an equal layer would remove this one's layer.
        let folder = try scratch.write(
            ["Dockerfile": "FROM scratch\nCOPY . /copied/\n", ".dockerignore": example.rules, "keep me": scratch.path],
            in: "source")
        for file in example.files { try scratch.write([file: "x"], in: "source") }
        let docker = try await copied(from: folder)
        #expect(docker.filter { !["Dockerfile", ".dockerignore", "keep me"].contains($0) } == example.kept.sorted())
        // Docker must make the same image from the snapshot. A few examples are enough, because other tests compare the
        // snapshot's files for all examples.
        guard index.isMultiple(of: 6) else { return }
        let store = SourceStore(folder: "\(scratch.path)/sources")
        let context = try await store.context(of: store.snapshot(of: folder).source.snapshot)
        #expect(try await copied(from: context) == docker)
    }
}
