import Foundation
import LaunchPluginKit
import LaunchSlurm
import TestSupport
import Testing

@Suite("the runner slurm", .needsSlurm)
struct SlurmRunnerTests {
    @Test
    func `passes text of a submitter to the job, and nothing of the agent`() async throws {
        let stage = try Stage()
        let runner = try stage.runner(variables: ["AGENT_SECRET": "s3cret", "SBATCH_PARTITION": "nowhere"])
        let id = RunID.random()
        let text = "it's\n#SBATCH --partition=nowhere\r\n$(exit 9) `exit 9` %j é"
        let job = stage.job(
            "printf '%s' \"$TEXT\"; echo; echo secret=$AGENT_SECRET; touch result", as: id, environment: ["TEXT": text])
        let request = try runner.render(job)
        let handle = try await runner.submit(request, as: id)
        let end = try await stage.end(of: handle, with: runner)
        #expect(end.phase == .succeeded, "\(end)")
        let lines = try await stage.log(of: handle, with: runner)
        #expect(lines.joined(separator: "\n") == "\(text)\nsecret=")
        let outcome = try await runner.finish(handle, of: request, into: stage.folder.path)
        #expect(outcome.outputs.map(\.path) == [stage.folder.file("output")])
        #expect(FileManager.default.fileExists(atPath: stage.folder.file("output/result")))
        try await runner.release(handle)
    }

    @Test
    func `leaves results in the output folder of the template`() async throws {
        let stage = try Stage()
        let (runner, id) = (try stage.runner(), RunID.random())
        let template: [String: JSONValue] = [
            "output_folder": .string(stage.folder.file("results")), "workdir": .string(stage.home.path),
        ]
        let request = try runner.render(
            stage.job("pwd; touch \"$LAUNCH_OUTPUT_DIR\"/model", as: id, template: template))
        let handle = try await runner.submit(request, as: id)
        #expect(try await stage.end(of: handle, with: runner).phase == .succeeded)
        #expect(try await stage.log(of: handle, with: runner) == [stage.home.path])
        let outcome = try await runner.finish(handle, of: request, into: stage.folder.path)
        try await runner.release(handle)
        #expect(outcome.outputs.map(\.path) == [stage.folder.file("results/\(id)")])
        #expect(FileManager.default.fileExists(atPath: stage.folder.file("results/\(id)/model")))
    }

    /// An sbatch that submits, twice or once, and then reports that it got no answer.
    private func deaf(_ stage: Stage, times: Int) throws -> String {
        let bin = stage.folder.file("bin")
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        for name in ["squeue", "sacct", "scancel", "scontrol"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(bin)/\(name)", withDestinationPath: try #require(Tool.path(name)))
        }
        let real = try #require(Tool.path("sbatch"))
        try stage.folder.write(
            "bin/sbatch",
            """
            #!/bin/bash
            script=$(cat)
            for ((i = 0; i < \(times); i++)); do \(real) "$@" <<<"$script"; done >/dev/null
            echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2
            exit 1
            """)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(bin)/sbatch")
        return bin
    }

    /// scancel ends with 229 and says nothing if the job has ended between its question and its signal.
    @Test(arguments: [(229, true), (1, false)])
    func `takes the silent end of scancel for an ended job as a stop, and no other`(code: Int, isOver: Bool)
        async throws
    {
        let stage = try Stage()
        let bin = try deaf(stage, times: 1)
        try FileManager.default.removeItem(atPath: "\(bin)/scancel")
        try stage.folder.write("bin/scancel", "#!/bin/sh\nexit \(code)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(bin)/scancel")
        let (real, runner) = (try stage.runner(), try stage.runner(["commands": .string(bin)]))
        let id = RunID.random()
        let handle = try await real.submit(try real.render(stage.job("sleep 600", as: id)), as: id)
        if isOver {
            try await runner.stop(handle, grace: .zero)
        } else {
            let error = await #expect(throws: BackendError.self) { try await runner.stop(handle, grace: .zero) }
            #expect(error?.message.contains("it says nothing") == true, "\(String(describing: error))")
        }
        try await real.stop(handle, grace: .zero)
        #expect(try await stage.end(of: handle, with: real).phase == .stopped)
        try await real.release(handle)
    }

    @Test(arguments: [1, 2])
    func `executes a run once after lost answers, also if Slurm has two jobs of it`(_ times: Int) async throws {
        let stage = try Stage()
        let runner = try stage.runner(["commands": .string(try deaf(stage, times: times))])
        let id = RunID.random()
        let request = try runner.render(stage.job("sleep 1; exit 7", as: id))
        let error = await #expect(throws: BackendError.self) { try await runner.submit(request, as: id) }
        #expect(error?.category == .transient)
        let handle = try await stage.runner().submit(request, as: id)
        #expect(try stage.cluster.states(named: "launch-\(id)-").count == times)
        let end = try await stage.end(of: handle, with: runner)
        #expect(end.cause?.exitCode == 7)
        let ended = try await eventually {
            try stage.cluster.states(named: "launch-\(id)-").allSatisfy { ["COMPLETED", "FAILED"].contains($0) }
        }
        #expect(ended)
        #expect(stage.starts(of: id) == 1)
        try await runner.release(handle)
    }

    @Test
    func `refuses another request under the same run ID`() async throws {
        let stage = try Stage()
        let (runner, id) = (try stage.runner(), RunID.random())
        let handle = try await runner.submit(try runner.render(stage.job("exit 0", as: id)), as: id)
        let error = await #expect(throws: BackendError.self) {
            try await runner.submit(try runner.render(stage.job("exit 1", as: id)), as: id)
        }
        #expect(error?.category == .conflict)
        _ = try await stage.end(of: handle, with: runner)
        try await runner.release(handle)
    }

    @Test
    func `an invalid partition is an invalid request, and nothing is started`() async throws {
        let stage = try Stage()
        let (runner, id) = (try stage.runner(), RunID.random())
        let request = try runner.render(stage.job("exit 0", as: id, template: ["partition": "nowhere"]))
        let error = await #expect(throws: BackendError.self) { try await runner.submit(request, as: id) }
        #expect(error?.category == .invalid)
        #expect(error?.message.contains("nowhere") ?? false)
        #expect(try await runner.find(request, as: id) == nil)
    }

    @Test
    func `stops a job that waits in the queue of the cluster`() async throws {
        let stage = try Stage()
        let (runner, id) = (try stage.runner(), RunID.random())
        // More processors than the others leave free: it waits until they end.
        let first = RunID.random()
        let template: [String: JSONValue] = ["cpus_per_task": 64]
        let blocker = try await runner.submit(
            try runner.render(stage.job("sleep 900", as: first, template: template)), as: first)
        let handle = try await runner.submit(
            try runner.render(stage.job("exit 0", as: id, template: template)), as: id)
        try await runner.stop(handle, grace: .seconds(5))
        #expect(try await stage.end(of: handle, with: runner).phase == .stopped)
        #expect(stage.starts(of: id) == 0)
        try await runner.stop(blocker, grace: .zero)
        _ = try await stage.end(of: blocker, with: runner)
        for each in [handle, blocker] { try await runner.release(each) }
    }

    @Test
    func `an end is known after Slurm has forgotten the job`() async throws {
        let stage = try Stage()
        let (runner, id) = (try stage.runner(), RunID.random())
        let request = try runner.render(stage.job("exit 7", as: id))
        let handle = try await runner.submit(request, as: id)
        let end = try await stage.end(of: handle, with: runner)
        // A cluster of its own answers: it has never had the job.
        try await SlurmCluster.with { other in
            let forgetful = try stage.runner(variables: ["SLURM_CONF": other.configuration])
            let later = try #require(try await forgetful.observe([handle]).first)
            #expect(later.phase == .failed)
            #expect(later.cause == end.cause)
            #expect(try await forgetful.find(request, as: id) == handle)
            try await forgetful.release(handle)
            #expect(try await forgetful.observe([handle]).map(\.phase) == [.missing])
        }
    }

    @Test
    func `a sweep removes jobs and folders of ended runs of its home only`() async throws {
        let (stage, other) = (try Stage(), try Stage())
        let (mine, theirs, kept) = (RunID.random(), RunID.random(), RunID.random())
        let runner = try stage.runner()
        let over = try await runner.submit(try runner.render(stage.job("sleep 900", as: mine)), as: mine)
        let live = try await runner.submit(try runner.render(stage.job("sleep 900", as: kept)), as: kept)
        let foreign = try await other.runner().submit(
            try runner.render(other.job("sleep 900", as: theirs)), as: theirs)
        try await runner.sweep { $0 == kept ? .owned : .over }
        #expect(try await stage.end(of: over, with: runner).phase == .stopped)
        for handle in [live, foreign] {
            #expect(try await runner.observe([handle]).allSatisfy { [.starting, .running].contains($0.phase) })
            try await runner.stop(handle, grace: .zero)
            _ = try await stage.end(of: handle, with: runner)
            try await runner.release(handle)
        }
        let left = try FileManager.default.subpathsOfDirectory(atPath: stage.home.path)
        #expect(!left.contains { $0.contains(mine.rawValue) }, "\(left)")
    }

    /// The job runs as the agent's user, so it can change its own folder.
    @Test
    func `a job that replaces its log by a pipe and its output by a link ends with warnings`() async throws {
        let stage = try Stage()
        let (runner, id) = (try stage.runner(), RunID.random())
        let request = try runner.render(
            stage.job("cd \"$LAUNCH_OUTPUT_DIR\"/..; rm -r log output; mkfifo log; ln -s /etc output; exit 3", as: id))
        let handle = try await runner.submit(request, as: id)
        #expect(try await stage.end(of: handle, with: runner).cause?.exitCode == 3)
        let error = await #expect(throws: BackendError.self) { _ = try await stage.log(of: handle, with: runner) }
        #expect(error?.category == .denied)
        let outcome = try await runner.finish(handle, of: request, into: stage.folder.path)
        #expect(outcome.outputs.isEmpty && outcome.warnings.count == 1, "\(outcome)")
        try await runner.release(handle)
        #expect(FileManager.default.fileExists(atPath: "/etc/passwd"))
    }

    @Test
    func `the configured folder may have a percent sign and a space`() async throws {
        let stage = try Stage()
        let runner = try stage.runner(["folder": .string(stage.folder.file("runs %j'"))])
        let id = RunID.random()
        let handle = try await runner.submit(try runner.render(stage.job("echo here", as: id)), as: id)
        #expect(try await stage.end(of: handle, with: runner).phase == .succeeded)
        #expect(try await stage.log(of: handle, with: runner) == ["here"])
        try await runner.release(handle)
    }
}

@Suite("the runner slurm, when the cluster", .needsSlurm)
struct SlurmFaultTests {
    @Test
    func `requeues a job: both attempts are in its log, once`() async throws {
        try await SlurmCluster.with { cluster in
            let stage = try Stage(cluster)
            let (runner, id) = (try stage.runner(), RunID.random())
            let file = stage.folder.file("starts")
            let script = "n=$(grep -c . '\(file)'); echo attempt $n; [ $n -gt 1 ] || exec sleep 900; exit 5"
            let request = try runner.render(stage.job(script, as: id, template: ["requeue": true]))
            let handle = try await runner.submit(request, as: id)
            #expect(await eventually { stage.starts(of: id) == 1 })
            let job = try #require(handle.fields["job"])
            try cluster.run("scontrol", "requeue", job)
            let waiting = try await stage.observe(handle, with: runner) { $0.phase == .starting && $0.message != nil }
            #expect(waiting.message?.hasPrefix("interrupted; it waits for attempt 2") ?? false, "\(waiting)")
            #expect(try await runner.submit(request, as: id) == handle)
            let end = try await stage.end(of: handle, with: runner)
            #expect(end.cause?.exitCode == 5)
            let lines = try await stage.log(of: handle, with: runner).filter { $0.hasPrefix("attempt") }
            #expect(lines == ["attempt 1", "attempt 2"])
        }
    }

    @Test
    func `takes the node for another job, loses it, or reaches a limit: each has its own cause`() async throws {
        try await SlurmCluster.with { cluster in
            let stage = try Stage(cluster)
            let runner = try stage.runner()
            func start(_ template: [String: JSONValue]) async throws -> RunHandle {
                let id = RunID.random()
                let request = try runner.render(stage.job("exec sleep 900", as: id, template: template))
                let handle = try await runner.submit(request, as: id)
                _ = try await stage.observe(handle, with: runner) { $0.phase == .running }
                #expect(await eventually { stage.starts(of: id) == 1 })
                return handle
            }
            let preempted = try await start(["cpus_per_task": 64])
            let urgent = try await start(["cpus_per_task": 1, "partition": "urgent", "time": 60])
            #expect(try await stage.end(of: preempted, with: runner).cause?.code == .interrupted)
            let limited = try await stage.end(of: urgent, with: runner)
            #expect(limited.cause?.code == .timeLimit)
            let lost = try await start([:])
            try cluster.run("scontrol", "update", "nodename=launch-dev", "state=down", "reason=test")
            #expect(try await stage.end(of: lost, with: runner).cause?.code.rawValue == "node-failure")
        }
    }

    /// The job calls sbatch itself, as the same user. The line breaks would make further lines of a listing.
    @Test
    func `has a job that is named like lines of a listing: it does not hide or end the runs`() async throws {
        try await SlurmCluster.with { cluster in
            let stage = try Stage(cluster)
            let (runner, id) = (try stage.runner(), RunID.random())
            let handle = try await runner.submit(try runner.render(stage.job("exec sleep 900", as: id)), as: id)
            _ = try await stage.observe(handle, with: runner) { $0.phase == .running }
            let (job, name) = (try #require(handle.fields["job"]), try #require(handle.fields["name"]))
            try cluster.run(
                "sbatch", "--parsable", "--begin=now+1hour", "--output=/dev/null", "--wrap=true",
                "--job-name=x\n\(job)|\(name)|COMPLETED|None|0|0|1|1|")
            let seen = try await runner.observe([handle])
            #expect(seen.map(\.phase) == [.running], "\(seen)")
            try await runner.sweep { _ in .owned }
            try await runner.stop(handle, grace: .zero)
            #expect(try await stage.end(of: handle, with: runner).phase == .stopped)
        }
    }

    @Test
    func `cannot be reached: that is an error, and never a state`() async throws {
        let gone = try await SlurmCluster.with { cluster in
            let stage = try Stage(cluster)
            let (runner, id) = (try stage.runner(), RunID.random())
            try await runner.reach()
            let request = try runner.render(stage.job("sleep 900", as: id))
            return (stage, try await runner.submit(request, as: id), request, cluster)
        }
        // The cluster's files are gone too: what remains is a controller that does not listen.
        let text =
            "ClusterName=x\nSlurmctldHost=localhost(127.0.0.1)\nSlurmctldPort=1\nAuthType=auth/none\nMessageTimeout=2\n"
        let conf = try gone.0.folder.write("slurm.conf", text)
        let runner = try gone.0.runner(variables: ["SLURM_CONF": conf])
        for call in [
            { _ = try await runner.reach() }, { _ = try await runner.observe([gone.1]) },
            { _ = try await runner.find(gone.2, as: gone.1.runID) },
            { _ = try await runner.submit(gone.2, as: gone.1.runID) },
            { try await runner.stop(gone.1, grace: nil) },
        ] {
            let error = await #expect(throws: BackendError.self) { try await call() }
            #expect(error?.category == .unavailable, "\(String(describing: error))")
        }
    }
}
