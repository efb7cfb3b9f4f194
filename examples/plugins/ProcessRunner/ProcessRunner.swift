internal import FoundationEssentials
internal import LaunchPluginKit

/// Runs each job as a process with its own folder. The folder contains the complete state of the run, so nothing is lost
/// if the program ends.
struct ProcessRunner: Runner {
    /// The configured folder.
    let folder: String?
    let state: PluginContext.StateFolder
    let clock: HostClock
    let searchPath: String

    /// The files are local, so a look costs little.
    static let pace = Capabilities.Pace(shortest: .milliseconds(50), longest: .seconds(1))

    // MARK: the request

    func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        let template = Options(job.job.template.objectValue ?? [:])
        let command = (job.job.entryPoint ?? template.strings("command") ?? []) + job.job.arguments
        // The submitter's variables precede those of the template, and launch's own precede both.
        let environment = (template.stringMap("env") ?? [:]).merging(job.job.environment) { $1 }
            .merging(try job.job.launchVariables()) { $1 }
        var document: [String: JSONValue] = [
            "command": .array(command.map { .string($0) }),
            "environment": .object(environment.mapValues { .string($0) }),
        ]
        document["time_limit"] = template.number("time_limit").map { .number($0) }
        return RunRequest(runner: ProcessPlugin.runner.base.type, document: .object(document))
    }

    func validate(_ request: RunRequest) -> [Finding] {
        let options = Options(request.document.objectValue ?? [:])
        var findings: [Finding] = []
        if options.strings("command")?.first?.isEmpty ?? true {
            findings.append(
                Finding(
                    .error, at: FieldPath([.member("command")]), "the command is empty",
                    hint: "Write command: [PROGRAM] in the queue's template, or give --entry-point."))
        }
        if let limit = options.number("time_limit"), limit < 1 {
            findings.append(Finding(.error, at: FieldPath([.member("time_limit")]), "must be 1s or more"))
        }
        return findings
    }

    // MARK: submit and find

    func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        let run = ProcessFolder(parent: try runs(), runID: runID)
        try await run.start(request.document, searchPath: searchPath)
        return handle(run)
    }

    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        let run = ProcessFolder(parent: try runs(), runID: runID)
        return run.hasBegun ? handle(run) : nil
    }

    func reach() async throws(BackendError) {
        let folder = try runs()
        guard FileManager.default.isWritableFile(atPath: folder) || !FileManager.default.fileExists(atPath: folder)
        else { throw BackendError(.denied, "The folder \(folder) cannot be written to.") }
    }

    /// The configured folder, or one that only this plugin uses.
    private func runs() throws(BackendError) -> String {
        if let folder { return folder }
        return try state.make()
    }

    private func handle(_ run: ProcessFolder) -> RunHandle {
        RunHandle(runner: ProcessPlugin.runner.base.type, runID: run.runID, fields: ["folder": run.parent])
    }

    /// The folder that the handle names. The configuration may name another one meanwhile.
    private func run(_ handle: RunHandle) throws(BackendError) -> ProcessFolder {
        guard let parent = handle.fields["folder"] else {
            throw BackendError(.malformed, "The stored handle of run \(handle.runID) names no folder.")
        }
        return ProcessFolder(parent: parent, runID: handle.runID)
    }

    // MARK: observe, logs, stop

    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        var observations: [Observation] = []
        for handle in handles { observations.append(try observe(handle)) }
        return observations
    }

    private func observe(_ handle: RunHandle) throws(BackendError) -> Observation {
        let run = try run(handle)
        guard run.hasBegun else {
            return Observation(runID: handle.runID, phase: .missing, backendStatus: "no such folder")
        }
        let started = run.date(of: .pid)
        // In this order: a process records how it ended before it releases the lock.
        if run.isAlive {
            let limit = try run.request()["time_limit"]?.doubleValue
            let phase: Observation.Phase = run.has(.grace) ? .stopping : started == nil ? .starting : .running
            return Observation(
                runID: handle.runID, phase: phase, backendStatus: "alive", startedAt: started,
                deadline: limit.flatMap { limit in started?.addingTimeInterval(limit) })
        }
        let (phase, cause) = run.ending()
        return Observation(
            runID: handle.runID, phase: phase, cause: cause, backendStatus: "ended", startedAt: started,
            endedAt: run.date(of: .exit) ?? run.date(of: .log) ?? started ?? Date(timeIntervalSince1970: 0))
    }

    func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        LogStream.file(from: cursor, follow: follow, every: Self.pace.shortest, clock: clock) {
            () throws(BackendError) in
            try run(handle)[.log]
        } hasEnded: { _ throws(BackendError) in
            try !run(handle).isAlive
        }
    }

    func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        try run(handle).stop(graceSeconds: (grace ?? .seconds(30)) / .seconds(1))
    }

    // MARK: the end

    func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError) -> Outcome
    {
        try run(handle).keepWork(in: folder)
    }

    func release(_ handle: RunHandle) async throws(BackendError) {
        try run(handle).remove()
    }
}
