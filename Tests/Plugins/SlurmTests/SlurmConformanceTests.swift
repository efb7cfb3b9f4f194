import Foundation
import LaunchConformance
import LaunchPluginKit
import LaunchSlurm
import TestSupport
import Testing

@Test(.needsSlurm)
func `the runner slurm passes the conformance kit on a real cluster`() async throws {
    let stage = try Stage()
    let unreachable = "error: Unable to contact slurm controller (connect failure)"
    let wire = try CommandWire(
        folder: stage.folder.file("bin"),
        programs: [
            .init("sbatch", submits: []), .init("squeue"), .init("sacct"), .init("scancel"), .init("scontrol"),
        ],
        unreachable: .init(message: unreachable),
        lost: .init(message: "Batch job submission failed: Socket timed out on send/recv operation"),
        throttled: .init(message: "Batch job submission failed: Resource temporarily unavailable"))
    let home = stage.home.path
    let makeRunner: @Sendable (String) throws -> any Runner = { places in
        let parts = places.split(separator: "|").map(String.init)
        return try stage.runner(["commands": .string(parts[1])], variables: ["LAUNCH_HOME": parts[0]])
    }
    // The cluster starts a job again that ends with this code.
    let retry = RunnerFixture.Behaviour.Retry(isFirst: "[ -z \"$SLURM_RESTART_COUNT\" ]", exitCode: 99)
    let places = "\(home)|\(wire.folder)"
    let report = await RunnerConformance(
        RunnerFixture(
            plugin: SlurmPlugin.runner, folder: stage.folder.path,
            settings: KitSettings(
                process: .own, folders: ["\(home)/slurm"],
                without: [
                    .fault(.lateLists): "Lists of Slurm come from the memory of its controller and are never late."
                ], progress: { print($0) }),
            wire: wire, second: SecondProcess(configuration: places, makeRunner: makeRunner),
            leftovers: { try Set(stage.processes()) },
            makeRunner: { try makeRunner(places) },
            job: { behaviour, id in
                // The signals of a job are those of Slurm's daemon.
                if behaviour == .signals { return nil }
                return behaviour.script(retry: retry).map {
                    stage.job($0, as: id, template: ["requeue": .bool(behaviour.isRetried)])
                }
            },
            count: { id in
                // A released run has no folder. Slurm remembers its ended job for some minutes.
                let folders = try? FileManager.default.subpathsOfDirectory(atPath: home)
                guard folders?.contains(where: { $0.hasSuffix("/\(id)") }) ?? false else { return 0 }
                return try await stage.jobs(of: id)
            })
    ).run()
    #expect(report.isComplete)
    #expect(Set(report.skips.keys) == ["observe.late-lists", "submit.signals"])
}

extension RunnerFixture.Behaviour {
    fileprivate var isRetried: Bool { if case .retried = self { true } else { false } }
}
