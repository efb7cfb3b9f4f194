import LaunchLocalDocker
import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchHost
import TestSupport
import Testing

@Suite("Stopping a container job", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct HostsStopTests {
    @Test
    func `All hosts get SIGTERM and their grace period, and their results are kept`() async throws {
        let job = try await Stage.job(
            "trap 'echo bye > /opt/ml/model/$(hostname); exit 0' TERM; echo ready; sleep 600 & wait",
            hosts: ["algo-1", "algo-2"]
        ) {
            $0.folders = [.init(path: "/opt/ml/model")]
            $0.results = [.init(name: "model.tar.gz", path: "/opt/ml/model")]
        }
        let stage = try Stage()
        let ended = try await stage.run(job) { runner, handle in
            try await Stage.lines("ready", count: 2, of: handle, with: runner)
            try await runner.stop(handle, grace: nil)
            try await runner.stop(handle, grace: nil)
        }
        #expect(ended.observation.phase == .stopped)
        #expect(ended.observation.cause?.code == .userStop)
        #expect(try await PackedFile.list(try #require(ended.outcome.outputs.first).path) == ["algo-1", "algo-2"])
        #expect(ended.timeline.steps.map(\.status).suffix(3) == [.stopping, .uploading, .stopped])
    }

    @Test
    func `A host that ignores SIGTERM is killed after the grace period`() async throws {
        let ended = try await Stage().run(try await Stage.job("trap '' TERM; echo ready; while :; do sleep 1; done")) {
            runner, handle in
            try await Stage.line("ready", of: handle, with: runner)
            try await runner.stop(handle, grace: .seconds(1))
        }
        #expect(ended.observation.phase == .stopped)
        #expect(ended.timeline.hosts.map(\.exitCode) == [137])
    }

    @Test
    func `The engine gets the job's grace period, so it kills also without this program`() async throws {
        struct Seen: Decodable {
            struct Config: Decodable { var StopTimeout: Int? }
            var Config: Config
        }
        var job = try await Stage.job("sleep 600")
        job.stopGraceSeconds = 120
        _ = try await Stage().run(job) { runner, handle in
            try await Stage.reach(handle, with: runner) { $0.phase == .running }
            let seen = try await EngineFixture.inspect("launch-\(handle.runID)-algo-1", as: Seen.self)
            #expect(seen.Config.StopTimeout == 120)
            try await runner.stop(handle, grace: .zero)
        }
    }

    @Test
    func `A job that ended before the stop does not count as stopped`() async throws {
        let ended = try await Stage().run(try await Stage.job("exit 4")) { runner, handle in
            _ = try await Stage.end(of: handle, with: runner)
            try await runner.stop(handle, grace: nil)
        }
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause?.exitCode == 4)
    }

    @Test
    func `The time limit counts from the start of the hosts and gives the deadline`() async throws {
        var job = try await Stage.job("sleep 600")
        job.timeLimitSeconds = 100
        _ = try await Stage().run(job) { runner, handle in
            let seen = try await Stage.reach(handle, with: runner) { $0.phase == .running && $0.deadline != nil }
            let start = try #require(seen.startedAt)
            #expect(seen.deadline == start.addingTimeInterval(100))
            try await runner.stop(handle, grace: .zero)
        }
    }

    @Test
    func `Twenty jobs, stopped or released at any moment, leave nothing`() async throws {
        let stage = try Stage()
        let data = try TemporaryDirectory()
        try data.write("in/a", String(repeating: "x", count: 100_000))
        var generator = SystemRandomNumberGenerator()
        for number in 0..<20 {
            let hosts = number % 2 == 0 ? ["algo-1"] : ["algo-1", "algo-2"]
            let job = try await Stage.job("sleep 600", hosts: hosts, isolated: number % 3 == 0) {
                $0.inputs = [
                    .init(name: "in", path: "/in", source: .folder(data.file("in"))),
                    .init(name: "pipe", path: "/p/pipe", source: .folder(data.file("in")), delivery: .pipe),
                ]
                $0.synced = [.init(path: "/ck", place: nil)]
            }
            let runner = stage.runner()
            let id = RunID.random()
            let handle = try await runner.submit(try runner.request(for: job, as: id), as: id)
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<900, using: &generator)))
            // Half of them are stopped first, as by an interrupted `launch run`; the others are released at once.
            if number % 4 < 2 {
                try await runner.stop(handle, grace: .zero)
                #expect(try await Stage.end(of: handle, with: runner).phase == .stopped)
            }
            try await runner.release(handle)
            try await runner.release(handle)
            try await Stage.expectNothing(of: id)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: stage.home.file("state/rehearsals")).isEmpty)
    }
}
