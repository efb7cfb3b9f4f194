internal import FoundationEssentials
internal import LaunchPluginKit

/// Runs each job as a process with its own folder. The folder contains the complete state of the run, so nothing is lost
/// if the program ends.
struct ProcessRunner: Runner {
    let folder: String
    let searchPath: String

    /// The files are local, so a look costs little.
    static let pace = Pace(shortest: .milliseconds(50), longest: .seconds(1))

    // MARK: the request

    func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        let template = Options(job.job.template.objectValue ?? [:])
        let command = (job.job.entryPoint ?? template.strings("command") ?? []) + job.job.arguments
        var environment = (template.stringMap("env") ?? [:]).merging(job.job.environment) { $1 }
        environment["LAUNCH_RUN_ID"] = job.job.runID.rawValue
        environment["LAUNCH_RUN_CONFIG"] = try? JSON.canonical(JSONValue.object(job.job.runConfig))
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
        let run = ProcessFolder(parent: folder, runID: runID)
        try run.start(request.document, searchPath: searchPath)
        return handle(runID)
    }

    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        let run = ProcessFolder(parent: folder, runID: runID)
        return run.hasBegun ? handle(runID) : nil
    }

    func reach() async throws(BackendError) {
        guard FileManager.default.isWritableFile(atPath: folder) || !FileManager.default.fileExists(atPath: folder)
        else { throw BackendError(.denied, "The folder \(folder) cannot be written to.") }
    }

    private func handle(_ runID: RunID) -> RunHandle {
        RunHandle(runner: ProcessPlugin.runner.base.type, runID: runID, fields: ["folder": folder])
    }

    /// The folder that the handle names. The configuration may name another one meanwhile.
    private func run(_ handle: RunHandle) -> ProcessFolder {
        ProcessFolder(parent: handle.fields["folder"] ?? folder, runID: handle.runID)
    }

    // MARK: observe, logs, stop

    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        var observations: [Observation] = []
        for handle in handles { observations.append(try observe(handle)) }
        return observations
    }

    private func observe(_ handle: RunHandle) throws(BackendError) -> Observation {
        let run = run(handle)
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
        let run = run(handle)
        let wait = Self.pace.shortest
        return LogStream {
            let reader = ProcessLog(run, from: cursor, follow: follow, wait: wait)
            return { () async throws(BackendError) -> [LogLine]? in try await reader.next() }
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
