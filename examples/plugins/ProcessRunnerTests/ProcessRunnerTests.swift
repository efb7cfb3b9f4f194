import Foundation
import LaunchConformance
import LaunchPluginKit
import ProcessRunner
import Testing

@Test
func `the runner of plugins.md passes the conformance kit`() async throws {
    let home = try ScratchFolder()
    let (runs, starts) = ("\(home.path)/runs", "\(home.path)/starts")
    try FileManager.default.createDirectory(atPath: starts, withIntermediateDirectories: true)
    let makeRunner: @Sendable (String) throws -> any Runner = { folder in
        try ProcessPlugin.runner.base.make(Options(["folder": .string(folder)]), PluginContext())
    }
    let report = await RunnerConformance(
        RunnerFixture(
            plugin: ProcessPlugin.runner, folder: home.path,
            settings: KitSettings(
                process: .own, folders: [runs],
                without: [.wire: "Only files lie between the runner and its processes."], progress: { print($0) }),
            second: SecondProcess(configuration: runs, makeRunner: makeRunner),
            leftovers: { try Set(processes(in: runs)) },
            makeRunner: { try makeRunner(runs) },
            job: { behaviour, id in job(behaviour, as: id, noting: starts) },
            count: { id in
                guard FileManager.default.fileExists(atPath: "\(runs)/\(id)") else { return 0 }
                // A process that has not recorded its start yet counts as one.
                return max(1, FileManager.default.contents(atPath: "\(starts)/\(id)")?.count ?? 0)
            })
    ).run()
    #expect(report.isComplete)
    // This runner never starts a job again, and it has no wire.
    #expect(report.skipped == 17)
}

@Test
func `a stopped run leaves no process`() async throws {
    let home = try ScratchFolder()
    let options = Options(["folder": .string("\(home.path)/runs")])
    let runner = try ProcessPlugin.runner.base.make(options, PluginContext())
    let id = RunID.random()
    // The timer of the stop, the job, and a child of the job: all of them must end.
    let request = try runner.render(job("trap '' TERM; sleep 900 & sleep 900; sleep 900", as: id, noting: home.path))
    let handle = try await runner.submit(request, as: id)
    try await runner.stop(handle, grace: .seconds(600))
    try await runner.stop(handle, grace: .zero)
    var phase = Observation.Phase.running
    let deadline = ContinuousClock.now + .seconds(600)
    while phase != .stopped, ContinuousClock.now < deadline {
        phase = try await runner.observe([handle]).first?.phase ?? .missing
        try await Task.sleep(for: .milliseconds(20))
    }
    #expect(phase == .stopped)
    #expect(try processes(in: "\(home.path)/runs/\(id)/work").isEmpty)
    try await runner.release(handle)
    #expect(try await runner.find(request, as: id) == nil)
}

/// The processes whose working directory is the folder or below it.
private func processes(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
        guard Int(name) != nil else { return false }
        let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/cwd")
        return place?.hasPrefix(folder) ?? false
    }
}

private func job(_ script: String, as id: RunID, noting starts: String) -> RunnableJob {
    let job = ResolvedJob(
        runID: id, runName: id.rawValue, project: "test", entity: "me", author: "me", resource: "process",
        source: .noImage, entryPoint: ["sh", "-c", "printf x >>'\(starts)/\(id)'; \(script)"])
    return RunnableJob(job: job, image: .noImage)
}

private func job(_ behaviour: RunnerFixture.Behaviour, as id: RunID, noting starts: String) -> RunnableJob? {
    behaviour.script().map { job($0, as: id, noting: starts) }
}

/// A folder for one test, removed with the last reference.
private final class ScratchFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "process-runner-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
