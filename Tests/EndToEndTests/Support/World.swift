import EngineTestSupport
import Foundation
import LaunchContainerEngine
import TestSupport
import Testing

/// The environment of one test: a home, a queue `q` on the local engine, a folder shared with its containers, and the
/// program.
///
/// Containers append lines to files in the shared folder, so a test can see what happened and how often.
struct World: ProgramHome {
    static let image = EngineFixture.imageName

    let folder: TemporaryDirectory
    /// The name of its images.
    let project = "e2e\(UInt32.random(in: .min ... .max))"
    private let setting: [String: String]

    /// Makes a world, calls `body` with it, removes its leftovers from the engine, and expects that there were none.
    static func with<T>(
        template: String = "", setting: [String: String] = [:], _ body: (World) async throws -> T
    ) async throws -> T {
        let world = try await World(template: template, setting: setting)
        let result: Result<T, any Error>
        do {
            result = .success(try await body(world))
        } catch {
            result = .failure(error)
        }
        let left = try await world.clear()
        if case .success = result { #expect(left.isEmpty, "left in the engine: \(left)") }
        return try result.get()
    }

    private init(template: String, setting: [String: String]) async throws {
        folder = try TemporaryDirectory()
        self.setting = setting
        _ = try await EngineFixture.imageID()
        try FileManager.default.createDirectory(atPath: folder.file("shared"), withIntermediateDirectories: false)
        try await queue("q", template)
    }

    /// Makes a queue on the local engine.
    func queue(_ name: String, _ template: String = "", resource: String = "local-docker") async throws {
        let common = "network: none\nvolumes: [\"\(folder.file("shared")):/shared\"]\n"
        let file = try folder.write("\(name).yaml", (resource == "local-docker" ? common : "") + template)
        try await succeeding("queue", "create", name, "--resource", resource, "--config", file)
    }

    var variables: [String: String] {
        [
            "LAUNCH_HOME": folder.file("home"), "HOME": folder.path, "XDG_CONFIG_HOME": folder.path,
            "TMPDIR": folder.path, "USER": "tester", "LAUNCH_PROJECT": project,
        ].merging(setting) { $1 }
    }

    // MARK: runs

    /// The arguments of a run of a shell script in the test image.
    func script(_ script: String, _ options: [String] = []) -> [String] {
        ["-q", "q", "--image", Self.image, "-E", "/bin/sh -c"] + options + ["--", script]
    }

    /// Submits a script and returns the run's ID.
    func submit(_ text: String, _ options: [String] = []) async throws -> String {
        try await succeeding(["submit"] + script(text, options)).word
    }

    @discardableResult
    func drain(_ options: [String] = ["-q", "q"]) async throws -> Answer {
        try await succeeding(["agent", "--drain"] + options)
    }

    /// Waits until a container has written that file in the shared folder.
    func wait(forShared name: String, _ count: Int = 1) async throws {
        let there = await eventually { shared(name).count >= count }
        try #require(there, "no container wrote \(count) lines to \(name)")
    }

    /// The lines of a file in the shared folder.
    func shared(_ name: String) -> [String] {
        let data = FileManager.default.contents(atPath: folder.file("shared/\(name)")) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Waits until the run's container has ended, whichever process owns the run.
    func waitForContainer(of id: String) async throws {
        let engine = try await EngineFixture.engine()
        let ended = try await eventually {
            try await engine.container("launch-\(id)")?.state.hasEnded ?? true
        }
        try #require(ended)
    }

    // MARK: the end

    /// Removes this world's containers and images. Returns the containers.
    private func clear() async throws -> [String] {
        let engine = try await EngineFixture.engine()
        let list = try await launch("list", "--limit", "0", "--json")
        let ids = (try? list.json([RunFacts].self))?.map(\.id) ?? []
        var left: [String] = []
        for id in ids where try await engine.container("launch-\(id)") != nil {
            left.append(id)
            try await engine.removeContainer("launch-\(id)")
        }
        // A rehearsal has a container for each host, and a network.
        for id in ids {
            for container in try await engine.containers(labels: ["launch.run=\(id)"]) {
                left.append("container \(container.id) of \(id)")
                try await engine.removeContainer(container.id)
            }
            for network in try await engine.networks(labels: ["launch.run=\(id)"]) {
                left.append("network \(network) of \(id)")
                try await engine.removeNetwork(network)
            }
        }
        try clearBuilds()
        return left
    }

    /// Removes the leftovers of builds by the label of the source. Builds may have been interrupted.
    private func clearBuilds() throws {
        let filter = ["--filter", "label=e2e=\(project)"]
        for container in try TestDocker.docker(["ps", "--all", "--quiet"] + filter).split(separator: "\n") {
            _ = try? TestDocker.docker(["rm", "--force", String(container)])
        }
        let images = try TestDocker.docker(["images", "--all", "--quiet", "--no-trunc"] + filter)
        TestDocker.removeImages(images.split(separator: "\n").map(String.init))
    }
}
