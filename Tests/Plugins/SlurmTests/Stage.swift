import Foundation
import LaunchPluginKit
import LaunchSlurm
import LaunchSubprocess
import TestSupport
import Testing

/// A home, and runners on a cluster.
struct Stage {
    let cluster: SlurmCluster
    let home: TemporaryDirectory
    let folder: TemporaryDirectory

    init(_ cluster: SlurmCluster? = nil) throws {
        self.cluster = try cluster ?? SlurmCluster.shared.get()
        home = try TemporaryDirectory()
        folder = try TemporaryDirectory()
    }

    /// A new runner, as a program has it after a restart.
    func runner(_ options: [String: JSONValue] = [:], variables: [String: String] = [:]) throws -> any Runner {
        let own = [
            "LAUNCH_HOME": home.path, "SLURM_CONF": cluster.configuration,
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
        ]
        let all = own.merging(variables) { $1 }
        return try SlurmPlugin.runner.base.make(
            Options(options),
            PluginContext(variables: all, state: PluginContext.StateFolder(path: all["LAUNCH_HOME"] ?? home.path)))
    }

    /// A job that notes its start in the folder and runs a shell script.
    func job(
        _ script: String, as id: RunID, template: [String: JSONValue] = [:], environment: [String: String] = [:]
    ) -> RunnableJob {
        let text = "echo \(id) >>'\(folder.file("starts"))'; \(script)"
        return runnable(id, command: ["bash", "-c", text], template: template, environment: environment)
    }

    /// How often jobs of the run started.
    func starts(of id: RunID) -> Int {
        let text = FileManager.default.contents(atPath: folder.file("starts")).map {
            String(decoding: $0, as: UTF8.self)
        }
        return text?.split(separator: "\n").count { $0 == id.rawValue } ?? 0
    }

    /// The number of the run's jobs that Slurm knows. Without Foundation's way to start processes, which keeps descriptors
    /// in each thread.
    func jobs(of id: RunID) async throws -> Int {
        let list = try await Subprocess.run(
            "squeue", ["--me", "--states=all", "--noheader", "--Format=name:128"],
            environment: .allowed(setting: ["SLURM_CONF": cluster.configuration]))
        return list.stdoutText.split(separator: "\n").count { $0.hasPrefix("launch-\(id)-") }
    }

    /// The processes whose working directory is below the home.
    func processes() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            guard Int(name) != nil else { return false }
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/cwd")
            return place?.hasPrefix(home.path) ?? false
        }
    }

    func observe(
        _ handle: RunHandle, with runner: any Runner, until reached: (Observation) -> Bool
    ) async throws -> Observation {
        let deadline = ContinuousClock.now + .seconds(1_200)
        while true {
            let seen = try await runner.observe([handle])
            if let first = seen.first, reached(first) { return first }
            try #require(ContinuousClock.now < deadline, "the run is still \(seen)")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    func end(of handle: RunHandle, with runner: any Runner) async throws -> Observation {
        try await observe(handle, with: runner) { [.succeeded, .failed, .stopped, .missing].contains($0.phase) }
    }

    func log(of handle: RunHandle, with runner: any Runner) async throws -> [String] {
        var lines: [String] = []
        for try await batch in runner.logs(handle, from: nil, follow: false) { lines += batch.map(\.text) }
        return lines
    }
}

func runnable(
    _ id: RunID, command: [String]?, template: [String: JSONValue] = [:], environment: [String: String] = [:],
    source: Source = .noImage
) -> RunnableJob {
    let job = ResolvedJob(
        runID: id, runName: id.rawValue, project: "test", entity: "me", author: "me", resource: "slurm",
        source: source, entryPoint: command, environment: environment, template: .object(template))
    return RunnableJob(job: job, image: .noImage)
}

extension Trait where Self == ConditionTrait {
    /// Only where Slurm is installed.
    static var needsSlurm: Self { .enabled(if: SlurmCluster.isInstalled, "\(SlurmCluster.skipReason)") }
}
