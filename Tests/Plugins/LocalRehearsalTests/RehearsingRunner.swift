import EngineTestSupport
import Foundation
import LaunchConformance
import LaunchContainerEngine
import LaunchHost
import LocalDockerTestSupport
import LaunchLocalDocker
import TestSupport
import Testing

/// The runner under test, with a rehearsal plan for each job.
struct RehearsingRunner: Runner {
    let local: LocalDockerRunner

    func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        let plain = try local.render(job)
        guard var container = try? plain.document.decode(ContainerJob.self) else { return plain }
        container.rehearsalPlan = RehearsalPlan(
            hosts: [.init(name: "algo-1")], isIsolated: true, folders: [.init(path: "/opt/ml/model")])
        return try local.request(for: container, as: job.job.runID)
    }

    func validate(_ request: RunRequest) -> [Finding] { local.validate(request) }
    func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        try await local.submit(request, as: runID)
    }
    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        try await local.find(request, as: runID)
    }
    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        try await local.observe(handles)
    }
    func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        local.logs(handle, from: cursor, follow: follow)
    }
    func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        try await local.stop(handle, grace: grace)
    }
    func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError) -> Outcome
    {
        try await local.finish(handle, of: request, into: folder)
    }
    func reach() async throws(BackendError) { try await local.reach() }
    func release(_ handle: RunHandle) async throws(BackendError) { try await local.release(handle) }
    func changes() -> AsyncStream<Void>? { local.changes() }
}

@Suite("local-docker conforms with a rehearsal plan")
struct RehearsingConformanceTests {
    @Test(.enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"), .timeLimit(.minutes(30)))
    func `The whole kit`() async throws {
        let stage = try Stage()
        let image = try await Jobs.image()
        let (proxy, objects) = (try await EngineWire(in: stage.home.path), RunObjects())
        let makeRunner: @Sendable (String) -> any Runner = { places in
            let parts = places.split(separator: "|").map(String.init)
            return RehearsingRunner(local: EngineWire.runner(host: parts[0], home: parts[1]))
        }
        let places = "\(proxy.host)|\(stage.home.file("state"))"
        let fixture = RunnerFixture(
            plugin: LocalDockerRunner.plugin, folder: stage.home.file("kept"),
            // The client of the engine keeps connections of concurrent calls.
            settings: KitSettings(
                process: .own, folders: [stage.home.file("state/rehearsals")], idleConnections: 64,
                without: [
                    .fault(.throttled): "An engine has no limit of calls.",
                    .fault(.lateLists): "The lists of an engine are never late.",
                ], progress: { print($0) }),
            wire: proxy.wire,
            second: SecondProcess(configuration: places, makeRunner: makeRunner),
            leftovers: { try await objects.left() }, makeRunner: { makeRunner(places) },
            job: { behaviour, id in
                objects.note(id)
                // The signals of a container are those of the engine's daemon.
                if behaviour == .signals { return nil }
                return behaviour.script().map { Jobs.job($0, id: id, image: image) }
            },
            count: { id in
                // A stored intent counts as created. It never leads to more than one container.
                let made = try await EngineFixture.engine().containers(labels: ["launch.run=\(id)"]).count
                return max(made, stage.home.has("state/rehearsals/\(id)") ? 1 : 0)
            })
        let report = await RunnerConformance(fixture).run()
        #expect(report.isComplete)
        // This runner never starts a container again.
        #expect(report.skipped == 6)
    }
}
