import EngineTestSupport
import Foundation
import LaunchHost
import LaunchSubprocess
import TestSupport
import Testing

/// The same training code in all ways that code gets into a job: the results are the same.
@Suite(
    .needsEngine, .enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"),
    .enabled(if: Tool.path("buildah") != nil, "buildah is not installed"), .timeLimit(.minutes(15)))
struct FourWaysTests {
    /// The members of a rehearsed run that the test reads.
    private struct Trained: Decodable {
        var state: String
        var outputs: [RunFacts.Output]
        var metrics: [String: Double]
        var image: RunFacts.Image?

        func model() async throws -> String {
            let path = try #require(outputs.first { $0.name == "model.tar.gz" }).path
            let tar = try await Subprocess.run("tar", ["-xzOf", path, "model.json"])
            try #require(tar.exit.isSuccess, "\(tar.stderrText)")
            return tar.stdoutText
        }
    }

    @Test(.needsImage("launch-example-base:1", "scripts/build-base-image could not make launch-example-base:1"))
    func `digits trains the same model as an image, as a code channel, appended and with buildah`() async throws {
        let server = try await RegistryServer()
        let base = "\(server.host)/python:1"
        try TestDocker.docker(["tag", "launch-example-base:1", base])
        defer { TestDocker.removeImages([base]) }
        try TestDocker.docker(["push", "--quiet", base])
        try await World.with { world in
            let digits = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("examples/digits").path
            try await world.queue(
                "digits", try String(contentsOfFile: "\(digits)/queue.yaml", encoding: .utf8), resource: "sagemaker")
            let folder = world.folder.file("digits")
            try FileManager.default.copyItem(atPath: digits, toPath: folder)
            let labelled =
                try String(contentsOfFile: "\(folder)/Dockerfile", encoding: .utf8) + "LABEL e2e=\(world.project)\n"
            try world.folder.write("digits/Dockerfile", labelled)
            // A folder of code alone, without a Dockerfile.
            for name in ["train.py", "container.py", "data.py", "model.py"] {
                try world.folder.write("code/\(name)", try String(contentsOfFile: "\(digits)/\(name)", encoding: .utf8))
            }

            let registry = "registry: {type: local, uri: \(server.host)/team}\n"
            let append = """
                builder:
                  type: append
                  base_image: \(base)
                  entrypoint: [python3, /app/train.py]
                  labels: {e2e: \(world.project)}

                """
            let buildah = """
                builder: {type: buildah, build_args: {BASE: '\(base)'}, storage_driver: vfs}

                """
            let ways: [(String, String, [String])] = [
                ("image", "builder: {type: docker}\n", ["--source", folder, "--keep-local"]),
                (
                    "channel", "builder: {type: noop}\n",
                    ["--image", "launch-example-base:1", "--code", world.folder.file("code"), "-E", "python3 train.py"]
                        + ["--keep-local"]
                ),
                ("append", registry + append, ["--source", world.folder.file("code")]),
                ("buildah", registry + buildah, ["--source", folder]),
            ]
            var results: [String: Trained] = [:]
            var models: Set<String> = []
            for (name, config, options) in ways {
                let file = try world.folder.write("\(name).yaml", config)
                // An image in a registry is not kept local, so its results need a place.
                var places: [String] = []
                if !options.contains("--keep-local") {
                    for option in ["output", "checkpoints"] {
                        let place = world.folder.file("\(name)-\(option)")
                        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
                        places += ["--\(option)", place]
                    }
                }
                let trained = try await world.succeeding(
                    ["run", "--json", "--rehearse", "-c", file, "-q", "digits", "--param", "epochs=4"]
                        + [
                            "--channel", "train=\(digits)/data/train", "--channel",
                            "validation=\(digits)/data/validation",
                        ]
                        + options + places
                ).json(Trained.self)
                #expect(trained.state == "succeeded", "\(name)")
                models.insert(try await trained.model())
                results[name] = trained
            }
            let metrics = try #require(results["image"]?.metrics)
            #expect((metrics["validation:accuracy"] ?? 0) > 0.8 && metrics["train:loss"] != nil, "\(metrics)")
            for (name, result) in results { #expect(result.metrics == metrics, "\(name): \(result.metrics)") }
            #expect(models.count == 1)
            TestDocker.removeImages(
                results.values.compactMap { $0.image?.reference }.filter { $0.contains(server.host) })
        }
    }
}
