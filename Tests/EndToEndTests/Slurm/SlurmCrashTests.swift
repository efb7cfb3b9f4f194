import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Slurm, and SIGKILL of the agent", .enabled(if: SlurmCluster.isInstalled, "\(SlurmCluster.skipReason)"))
struct SlurmCrashTests {
    @Test(arguments: [true, false])
    func `the next agent adopts the run, also if it has ended: one job, its exit code and its log`(
        _ endsMeanwhile: Bool
    ) async throws {
        let world = try await SlurmWorld()
        let id = try await world.submit(
            "echo started >>starts; echo before; while [ ! -e go ]; do sleep 0.1; done; echo after; exit 5")
        let agent = try world.start(["agent", "-q", "q"])
        #expect(await eventually { world.starts == 1 })
        try await agent.signal(SIGKILL)
        #expect(try await agent.end().code == -SIGKILL)
        if endsMeanwhile {
            try world.folder.write("shared/go", "")
            #expect(try await eventually { try world.cluster.states(named: "launch-\(id)-") == ["FAILED"] })
        }
        let next = try world.start(["agent", "--drain", "-q", "q"])
        if !endsMeanwhile {
            try await next.hasSaid("run adopted")
            try world.folder.write("shared/go", "")
        }
        #expect(try await next.end().code == 0)
        let facts = try await world.facts(of: id)
        #expect(facts.state == "failed")
        #expect(facts.exitCode == 5)
        #expect(try await world.log(of: id).lines == ["before", "after"])
        #expect(world.starts == 1)
        #expect(try world.cluster.states(named: "launch-\(id)-").count == 1)
    }

    @Test
    func `launch stop ends a job, and its output so far is kept`() async throws {
        let world = try await SlurmWorld()
        let id = try await world.submit("echo started >>starts; echo x >\"$LAUNCH_OUTPUT_DIR\"/part; exec sleep 900")
        let agent = try world.start(["agent", "--drain", "-q", "q"])
        #expect(await eventually { world.starts == 1 })
        try await world.succeeding("stop", id, "--grace", "5s")
        #expect(try await agent.end().code == 0)
        let facts = try await world.facts(of: id)
        #expect(facts.state == "stopped")
        let output = try #require(facts.outputs.first)
        #expect(FileManager.default.fileExists(atPath: "\(output.path)/part"))
    }
}

/// A home with a queue `q` on the shared cluster. The working directory of jobs is the folder `shared`.
private struct SlurmWorld: ProgramHome {
    let folder: TemporaryDirectory
    let cluster: SlurmCluster

    init() async throws {
        folder = try TemporaryDirectory()
        cluster = try SlurmCluster.shared.get()
        try FileManager.default.createDirectory(atPath: folder.file("shared"), withIntermediateDirectories: false)
        try folder.write("launch/launch-config.yaml", "runner: {type: slurm}\n")
        let file = try folder.write("q.yaml", "workdir: \(folder.file("shared"))\n")
        try await succeeding("queue", "create", "q", "--resource", "slurm", "--config", file)
    }

    var variables: [String: String] {
        [
            "LAUNCH_HOME": folder.file("home"), "HOME": folder.path, "XDG_CONFIG_HOME": folder.path,
            "TMPDIR": folder.path, "SLURM_CONF": cluster.configuration,
        ]
    }

    /// How often the job has started.
    var starts: Int {
        let data = FileManager.default.contents(atPath: folder.file("shared/starts")) ?? Data()
        return data.count { $0 == UInt8(ascii: "\n") }
    }

    func submit(_ script: String) async throws -> String {
        try await succeeding("submit", "-q", "q", "-E", "bash -c", "--", script).word
    }
}
