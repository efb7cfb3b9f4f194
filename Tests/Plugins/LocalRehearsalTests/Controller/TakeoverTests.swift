import EngineTestSupport
import Foundation
import LaunchHost
import LocalDockerTestSupport
import TestSupport
import Testing

@testable import LaunchLocalDocker
@testable import LaunchLocalRehearsal

@Suite("Takeover of container jobs", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct TakeoverTests {
    @Test
    func `A drill interrupts the hosts once; only synchronized folders are restored`() async throws {
        let job = try await Stage.job(
            """
            trap 'echo saved > /ck/state; echo caught; exit 1' TERM
            if [ -e /ck/state ]; then cat /ck/state; ls /scratch; echo 'again'; exit 0; fi
            touch /scratch/gone; echo first; sleep 600 & wait
            """
        ) {
            $0.folders = [.init(path: "/scratch")]
            $0.synced = [.init(path: "/ck", place: nil)]
            $0.drill = .init(afterSeconds: 4, graceSeconds: 60)
        }
        let ended = try await Stage().run(job)
        #expect(ended.log.map(\.text) == ["first", "caught", "saved", "again"])
        #expect(ended.observation.phase == .succeeded)
        #expect(ended.timeline.hosts.map(\.attempt) == [1, 2])
        #expect(ended.timeline.hosts.map(\.exitCode) == [1, 0])
        let steps = ended.timeline.steps.map(\.status)
        #expect(
            steps.filter { $0 != .downloading } == [
                .starting, .training, .interrupted, .restarting, .training, .completed,
            ])
    }

    @Test
    func `A job that ends before the drill is not interrupted`() async throws {
        let ended = try await Stage().run(
            try await Stage.job("echo quick") { $0.drill = .init(afterSeconds: 600) })
        #expect(ended.timeline.hosts.map(\.attempt) == [1])
        #expect(ended.observation.phase == .succeeded)
    }

    @Test
    func `32 concurrent submits are one job, and another request under its ID is a conflict`() async throws {
        let stage = try Stage()
        let runner = stage.runner()
        let id = RunID.random()
        let request = try runner.request(for: try await Stage.job("echo once"), as: id)
        let handles = try await withThrowingTaskGroup(of: RunHandle.self) { group in
            for _ in 0..<32 { group.addTask { try await runner.submit(request, as: id) } }
            return try await group.reduce(into: [RunHandle]()) { $0.append($1) }
        }
        #expect(Set(handles).count == 1)
        #expect(try await runner.find(request, as: id) == handles[0])
        #expect(try await runner.find(request, as: .random()) == nil)
        let other = try runner.request(for: try await Stage.job("echo twice"), as: id)
        await #expect(throws: BackendError.self) { try await runner.submit(other, as: id) }
        let ended = try await stage.finish(handles[0], request, with: runner)
        #expect(ended.log.map(\.text) == ["once"])
        try await runner.release(handles[0])
        try await Stage.expectNothing(of: id)
        #expect(try await runner.find(request, as: id) == nil)
        #expect(try await runner.observe(handles.prefix(1).map { $0 }).first?.phase == .missing)
    }

    @Test
    func `A new owner continues the job from any step to its end`() async throws {
        let place = try TemporaryDirectory()
        try place.write("ck/begin", "b")
        for moment in [0, 30, 80, 150, 250, 400, 900] {
            let stage = try Stage()
            let job = try await Stage.job(
                "cat /ck/begin; echo; echo new > /ck/new-\(moment); sleep 1; echo end > /out/x"
            ) {
                $0.synced = [.init(path: "/ck", place: place.file("ck"))]
                $0.folders = [.init(path: "/out")]
                $0.results = [.init(name: "out.tar.gz", path: "/out")]
            }
            let id = RunID.random()
            let first = stage.runner()
            let request = try first.request(for: job, as: id)
            let handle = try await first.submit(request, as: id)
            try await Task.sleep(for: .milliseconds(moment))
            // As at the end of a process: no step is completed, and the lock is free.
            try await first.rehearsals.controllers.controller(of: id)?.leave()
            let second = stage.runner()
            #expect(try await second.find(request, as: id) == handle)
            #expect(try await second.submit(request, as: id) == handle)
            let ended = try await stage.finish(handle, request, with: second)
            #expect(
                ended.observation.phase == .succeeded, "\(moment) ms: \(String(describing: ended.observation.cause))")
            #expect(ended.log.map(\.text) == ["b"], "\(moment) ms")
            #expect(try await PackedFile.list(try #require(ended.outcome.outputs.first).path) == ["x"])
            #expect(place.text("ck/new-\(moment)") == "new\n")
            try await second.release(handle)
            try await Stage.expectNothing(of: id)
        }
    }

    @Test
    func `A takeover of a job with pipes ends it, with a cause that does not blame the job`() async throws {
        let data = try TemporaryDirectory()
        try data.write("in/a", "a")
        let stage = try Stage()
        let job = try await Stage.job("cat /p/t_0; echo; echo ready; sleep 600") {
            $0.inputs = [.init(name: "t", path: "/p/t", source: .folder(data.file("in")), delivery: .pipe)]
        }
        let id = RunID.random()
        let first = stage.runner()
        let request = try first.request(for: job, as: id)
        let handle = try await first.submit(request, as: id)
        try await Stage.line("ready", of: handle, with: first)
        // The log may show it before the first program has stored that the hosts run.
        try await Stage.reach(handle, with: first) { $0.phase == .running && $0.backendStatus == "Training" }
        try await first.rehearsals.controllers.controller(of: id)?.leave()
        let second = stage.runner()
        let ended = try await stage.finish(handle, request, with: second)
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause?.code == .lost)
        #expect(ended.observation.cause?.message.hasPrefix("the program that fed the pipes ended") == true)
        try await second.release(handle)
        try await Stage.expectNothing(of: id)
    }

    @Test
    func `SIGTERM is sent once, also across a takeover, and its grace period continues`() async throws {
        let stage = try Stage()
        let job = try await Stage.job(
            "trap 'echo caught' TERM; echo ready; while [ ! -e /go/on ]; do sleep 0.1; done; exit 0"
        ) { $0.folders = [.init(path: "/go")] }
        let id = RunID.random()
        let first = stage.runner()
        let request = try first.request(for: job, as: id)
        let handle = try await first.submit(request, as: id)
        try await Stage.line("ready", of: handle, with: first)
        try await Stage.reach(handle, with: first) { $0.backendStatus == "Training" }
        try await first.stop(handle, grace: .seconds(6))
        try await Stage.line("caught", of: handle, with: first)
        try await first.rehearsals.controllers.controller(of: id)?.leave()
        let second = stage.runner()
        let ended = try await stage.finish(handle, request, with: second)
        #expect(ended.observation.phase == .stopped)
        #expect(ended.log.map(\.text) == ["ready", "caught"])
        #expect(ended.timeline.hosts.map(\.exitCode) == [137])
        try await second.release(handle)
        try await Stage.expectNothing(of: id)
    }

    @Test
    func `Reading a log continues from any line, across hosts and attempts`() async throws {
        let job = try await Stage.job(
            "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo \"$(hostname) $i\"; done", hosts: ["algo-1", "algo-2"])
        _ = try await Stage().run(job) { runner, handle in
            _ = try await Stage.end(of: handle, with: runner)
            let whole = try await Jobs.read(runner.logs(handle, from: nil, follow: false))
            #expect(whole.count == 60)
            for cut in [0, 13, 31, 58] {
                let rest = try await Jobs.read(runner.logs(handle, from: whole[cut].cursor, follow: true))
                #expect(Set(rest.map(\.text)) == Set(whole.dropFirst(cut + 1).map(\.text)))
                #expect(rest.count == 59 - cut)
            }
        }
    }
}
