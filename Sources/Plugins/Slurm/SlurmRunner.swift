internal import FoundationEssentials
internal import Glibc
internal import LaunchPluginKit

/// Runs each job as a batch job of a Slurm cluster. Slurm and the run's folder contain the complete state.
struct SlurmRunner: Runner {
    /// The configured folder.
    let folder: String?
    /// The most bytes of a run's output that are copied to its record.
    let outputBytes: Int64
    let state: PluginContext.StateFolder
    let clock: HostClock
    let commands: SlurmCommands

    func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        try SlurmRequest.render(job)
    }

    func validate(_ request: RunRequest) -> [Finding] {
        SlurmRequest(request.document).findings() + SlurmRequest.Notes(request).findings
    }

    func reach() async throws(BackendError) {
        if let home = try state.identity() { try SlurmFolder.check(try root(home)) }
        _ = try await commands.run("scontrol", ["ping"])
    }

    // MARK: submit and find

    /// The lock and the look-up leave one window: a controller that accepts the job of a killed sbatch after the next
    /// submit has looked. The script then lets only one of the two jobs execute the run.
    func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        let place = try place(runID)
        let lock = try await place.folder.lock()
        defer { withExtendedLifetime(lock) {} }
        let isFirst = try place.folder.keep(request.document)
        if let id = try await earlierJob(place, isFirst: isFirst) { return handle(runID, id, place) }
        let job = SlurmRequest(request.document)
        let arguments =
            [
                "--parsable", "--export=NONE", "--job-name=\(place.name)", "--comment=run \(runID) of launch",
                "--chdir=\(place.folder.path)", "--output=\(Self.literal(place.folder.log))", "--open-mode=append",
                "--input=/dev/null",
            ] + job.arguments
        let answer = try await commands.run(
            "sbatch", arguments, input: SlurmScript.text(job, folder: place.folder.path))
        // The ID, and in a federation a semicolon and the cluster.
        let id = answer.split(whereSeparator: \.isNewline).last?.prefix { $0 != ";" }
        guard let id, SlurmJob.isID(id) else {
            throw BackendError(.malformed, "sbatch printed '\(answer.prefix(200))' instead of the ID of a job.")
        }
        return handle(runID, String(id), place)
    }

    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        let place = try place(runID)
        return try await earlierJob(place, isFirst: false).map { handle(runID, $0, place) }
    }

    /// The path without the patterns of sbatch, such as `%j`. A backslash turns them off by itself.
    private static func literal(_ path: String) -> String {
        path.contains("\\") ? path : path.replacing("%", with: "%%")
    }

    /// The job of an earlier submit: in Slurm's memory, in its accounting, or recorded by the job's script.
    private func earlierJob(_ place: Place, isFirst: Bool) async throws(BackendError) -> String? {
        let listed = try await listed([place.name])
        if let job = Self.executing(listed, in: place.folder) { return job.id }
        guard !isFirst, let began = place.folder.submittedAt else { return nil }
        let age = Int(clamping: Int64(max(0, clock.now().timeIntervalSince(began)))) + 86_400
        let known = try await accounted(["--name=\(place.name)", "--starttime=now-\(age)seconds"])
        return Self.executing(known.filter { $0.name == place.name }, in: place.folder)?.id ?? place.folder.job
    }

    /// Of several jobs of a run, the one that its script has recorded; before that, the oldest.
    private static func executing(_ jobs: [SlurmJob], in folder: SlurmFolder) -> SlurmJob? {
        let oldest = jobs.min { (Int($0.id) ?? .max) < (Int($1.id) ?? .max) }
        guard jobs.count > 1, let id = folder.job else { return oldest }
        return jobs.first { $0.id == id } ?? oldest
    }

    /// The jobs with these names. A job of the user that is not a run could have a name like lines of the listing, so
    /// squeue selects the names.
    private func listed(_ names: [String]) async throws(BackendError) -> [SlurmJob] {
        var jobs: [SlurmJob] = []
        let wanted = Set(names)
        for start in stride(from: 0, to: names.count, by: 1_000) {
            let some = names[start..<min(start + 1_000, names.count)]
            let text = try await commands.run("squeue", SlurmJob.listing + ["--name=\(some.joined(separator: ","))"])
            jobs += try SlurmJob.listed(text, isFiltered: true).filter { wanted.contains($0.name) }
        }
        return jobs
    }

    /// Empty if the cluster keeps no accounting. Only the user's own jobs: an operator sees those of all users, and each of
    /// them can name a job like a run.
    private func accounted(_ arguments: [String]) async throws(BackendError) -> [SlurmJob] {
        do throws(BackendError) {
            return try SlurmJob.accounted(
                await commands.run("sacct", SlurmJob.accounting + ["--uid=\(geteuid())"] + arguments))
        } catch  where error.message.contains("accounting storage is disabled") {
            return []
        }
    }

    // MARK: observe

    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        if handles.isEmpty { return [] }
        var jobs = Dictionary(
            grouping: try await listed(handles.compactMap { $0.fields["name"] }), by: \.name)
        let unknown = handles.filter { jobs[$0.fields["name"] ?? ""] == nil }.compactMap { $0.fields["job"] }
        for start in stride(from: 0, to: unknown.count, by: 1_000) {
            let some = unknown[start..<min(start + 1_000, unknown.count)]
            for job in try await accounted(["--jobs=\(some.joined(separator: ","))"]) {
                jobs[job.name, default: []].append(job)
            }
        }
        var observations: [Observation] = []
        for handle in handles {
            let known = jobs[handle.fields["name"] ?? ""] ?? []
            observations.append(Self.observation(of: handle.runID, known, in: try Self.folder(handle)))
        }
        return observations
    }

    private static func observation(of runID: RunID, _ known: [SlurmJob], in folder: SlurmFolder) -> Observation {
        if let job = executing(known, in: folder) { return job.observation(of: runID) { folder.record } }
        // Neither Slurm's memory nor an accounting has the job. Its script has recorded the end, unless a node failed.
        guard let record = folder.record, let id = folder.job else {
            return Observation(runID: runID, phase: .missing, backendStatus: "unknown")
        }
        let job = SlurmJob(
            id: id, name: "", state: record.code == 0 ? "COMPLETED" : "FAILED",
            exit: SlurmJob.Exit(code: record.code, signal: 0), end: record.time)
        return job.observation(of: runID) { record }
    }

    func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        LogStream.file(from: cursor, follow: follow, clock: clock) { () throws(BackendError) in
            try Self.folder(handle).log
        } hasEnded: { waits throws(BackendError) in
            // Ask Slurm only when the script has recorded an end, and now and then for an end without a record.
            if follow, try Self.folder(handle).record == nil, waits % 15 != 14 { return false }
            let phase = try await observe([handle]).first?.phase
            return phase != .starting && phase != .running
        }
    }

    // MARK: stop

    func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        let jobs = try await listed([handle.fields["name"]].compactMap(\.self)).filter { !$0.hasEnded }
        if jobs.isEmpty { return }
        // A script that starts later than these calls reads the order.
        try Self.folder(handle).orderStop(grace: grace ?? .seconds(30))
        for job in jobs {
            for state in ["PENDING", "SUSPENDED"] { try await commands.cancel(["--state=\(state)", job.id]) }
            // Only the script gets the signal. It sends SIGTERM to the job, and SIGKILL after the grace period. Slurm writes
            // a line into the log if it sends SIGTERM itself.
            try await commands.cancel(["--signal=USR1", "--batch", "--state=RUNNING", job.id])
        }
    }

    // MARK: the end

    func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError) -> Outcome
    {
        let run = try Self.folder(handle)
        let facts = [Outcome.Fact("slurm job", run.job ?? handle.fields["job"] ?? "unknown")]
        if let path = SlurmRequest(request.document).outputFolder {
            let exists = FileManager.default.fileExists(atPath: path)
            return Outcome(outputs: exists ? [Outcome.Output(name: "output", path: path)] : [], facts: facts)
        }
        let kept = try await run.keepOutput(in: folder, limit: outputBytes)
        return Outcome(
            outputs: kept.path.map { [Outcome.Output(name: "output", path: $0)] } ?? [], warnings: kept.warnings,
            facts: facts)
    }

    func release(_ handle: RunHandle) async throws(BackendError) {
        for job in try await listed([handle.fields["name"]].compactMap(\.self)) where !job.hasEnded {
            try await commands.cancel([job.id])
        }
        try Self.folder(handle).remove()
    }

    func sweep(_ standing: @escaping @Sendable (RunID) async -> RunStanding) async throws(BackendError) {
        guard let home = try state.identity() else { return }
        let root = try root(home)
        // Everything is listed before the owners are looked up: a new owner may create more later.
        var live: [RunID: [SlurmJob]] = [:]
        for job in try SlurmJob.listed(await commands.run("squeue", SlurmJob.listing), isFiltered: false)
        where !job.hasEnded {
            if let run = SlurmFolder.run(of: job.name, home: home) { live[run, default: []].append(job) }
        }
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        for run in Set(live.keys).union(folders.compactMap(RunID.init(rawValue:))).sorted() {
            guard await standing(run) == .over else { continue }
            for job in live[run] ?? [] { try await commands.cancel([job.id]) }
            try SlurmFolder(root: root, runID: run).remove()
        }
    }

    // MARK: places

    /// Where a run of this home is, and the name of its job.
    private struct Place {
        let folder: SlurmFolder
        let name: String
    }

    private func place(_ runID: RunID) throws(BackendError) -> Place {
        guard let home = try state.identity() else {
            throw BackendError(
                .configuration,
                "The state folder does not exist or cannot be written to, so jobs cannot be named after it.",
                hint: "Set LAUNCH_HOME to a folder of your own.")
        }
        return Place(
            folder: SlurmFolder(root: try root(home), runID: runID), name: SlurmFolder.name(runID, home: home))
    }

    /// Two homes can share the configured folder.
    private func root(_ home: String) throws(BackendError) -> String {
        if let folder { return "\(folder)/\(home)" }
        return "\(try state.path)/\(home)"
    }

    private func handle(_ runID: RunID, _ job: String, _ place: Place) -> RunHandle {
        RunHandle(
            runner: SlurmPlugin.runner.base.type, runID: runID,
            fields: ["job": job, "name": place.name, "folder": place.folder.path])
    }

    /// The folder that the handle names. The configuration may name another one meanwhile.
    private static func folder(_ handle: RunHandle) throws(BackendError) -> SlurmFolder {
        guard let path = handle.fields["folder"], path.hasSuffix("/\(handle.runID)") else {
            throw BackendError(.malformed, "The stored handle of run \(handle.runID) does not name the run's folder.")
        }
        return SlurmFolder(path: path)
    }
}
