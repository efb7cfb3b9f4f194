import ContainerEngine
import Foundation
import LaunchHost
import LocalDocker
import Subprocess

/// A rehearsal beside a bare `docker run` of the same image and command: what hosts, inputs, checkpoints and results
/// cost on top.
enum RehearsalBench {
    static func run(count: Int, seconds: Int, image: String) async throws {
        let folder = NSTemporaryDirectory() + "launch-bench-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: "\(folder)/data", withIntermediateDirectories: true)
        for number in 0..<20 {
            try Data(count: 50_000).write(to: URL(fileURLWithPath: "\(folder)/data/\(number)"))
        }
        let script = "cat /opt/ml/input/data/train/* >/dev/null 2>&1; sleep \(seconds); echo done"
        var variables = ProcessInfo.processInfo.environment
        variables["LAUNCH_HOME"] = "\(folder)/state"
        let runner = LocalDockerRunner(variables: variables)
        let job = try await job(script, image: image, data: "\(folder)/data", variables: variables)
        var bare: [Double] = []
        var rehearsed: [Double] = []
        // In turns, so that whatever else the machine does meets both.
        for number in 0..<count {
            bare.append(try await time { try await docker(script, image) })
            rehearsed.append(
                try await time { try await rehearse(job, with: runner, into: "\(folder)/kept-\(number)") })
        }
        report([
            "runs": Double(count), "bare_median": median(bare), "rehearsal_median": median(rehearsed),
            "ratio": median(rehearsed) / median(bare),
        ])
    }

    private static func job(
        _ script: String, image: String, data: String, variables: [String: String]
    ) async throws -> ContainerJob {
        let engine = try await EngineLocator(variables: variables).locate(EngineClient.connect(to:)).client
        guard let id = try await engine.image(image)?.id, let digest = Digest(rawValue: id) else {
            throw Missing(description: "the engine has no image \(image)")
        }
        let config = "/opt/ml/input/config"
        return ContainerJob(
            image: PinnedImage(reference: id, digest: digest, name: image), entryPoint: ["/bin/sh", "-c", script],
            metrics: ["loss": "loss=([0-9.]+)"],
            surroundings: ContainerJob.Surroundings(
                hosts: [
                    .init(
                        name: "algo-1",
                        files: ["hyperparameters", "inputdataconfig", "resourceconfig"].map {
                            .init(path: "\(config)/\($0).json", content: "{}")
                        })
                ],
                folders: [.init(path: "/opt/ml/model"), .init(path: "/opt/ml/output/data")],
                inputs: [.init(name: "train", path: "/opt/ml/input/data/train", source: .folder(data))],
                synced: [.init(path: "/opt/ml/checkpoints", place: nil)],
                results: [
                    .init(name: "model.tar.gz", path: "/opt/ml/model", isKeptWhenEmpty: true),
                    .init(name: "output.tar.gz", path: "/opt/ml/output/data"),
                ], failure: .init(path: "/opt/ml/output/failure")))
    }

    /// As the host does it: submitted, observed when told to, finished, released.
    private static func rehearse(_ job: ContainerJob, with runner: LocalDockerRunner, into folder: String) async throws
    {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let id = RunID.random()
        let request = try runner.request(for: job, as: id)
        let handle = try await runner.submit(request, as: id)
        while true {
            let phase = try await runner.observe([handle]).first?.phase
            if phase == .succeeded { break }
            guard phase == .starting || phase == .running else {
                throw Missing(description: "the rehearsal ended as \(String(describing: phase))")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        _ = try await runner.finish(handle, of: request, into: folder)
        try await runner.release(handle)
    }

    private static func docker(_ script: String, _ image: String) async throws {
        let done = try await Subprocess.run(
            "docker", ["run", "--rm", "--entrypoint", "/bin/sh", image, "-c", script])
        guard done.exit.isSuccess else { throw Missing(description: "docker run: \(done.stderrText)") }
    }

    private static func time(_ body: () async throws -> Void) async throws -> Double {
        let began = ContinuousClock.now
        try await body()
        return seconds(ContinuousClock.now - began)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let upper = sorted.dropFirst(sorted.count / 2).first else { return 0 }
        return sorted.count % 2 == 1 ? upper : (upper + sorted[sorted.count / 2 - 1]) / 2
    }

    private struct Missing: Error, CustomStringConvertible {
        let description: String
    }
}
