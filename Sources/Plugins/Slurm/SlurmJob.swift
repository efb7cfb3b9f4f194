internal import FoundationEssentials
internal import LaunchPluginKit

/// What squeue or sacct reports about one job.
struct SlurmJob: Sendable {
    /// The exit code of the batch script, and the signal that ended it or 0.
    struct Exit: Sendable {
        var code: Int
        var signal: Int
    }

    var id: String
    var name: String
    /// `RUNNING`
    var state: String
    var reason = ""
    var exit: Exit?
    /// How often Slurm has started the job again.
    var restarts = 0
    var start: Date?
    var end: Date?

    // MARK: listings

    /// All jobs of the user, if no names follow: those that are live, and those that ended a short time ago (MinJobAge, 5 minutes unless the
    /// cluster sets it).
    static let listing = [
        "--me", "--states=all", "--noheader",
        "--Format=jobid:32|,name:96|,state:32|,reason:64|,exit_code:16|,restartcnt:16|,starttime:32|,endtime:32|",
    ]

    /// - Parameter isFiltered: whether squeue was asked for the names of runs. Otherwise the user's other jobs are listed
    ///   too. Their names may have line breaks, so lines in another format are ignored.
    static func listed(_ text: String, isFiltered: Bool) throws(BackendError) -> [SlurmJob] {
        try rows(text, of: "squeue", columns: 8, ignoresOthers: !isFiltered) { words in
            SlurmJob(
                id: words[0], name: words[1], state: words[2], reason: words[3], exit: exit(words[4]),
                restarts: restarts(words[5]), start: date(words[6]), end: date(words[7]))
        }
    }

    /// The accounting's record of jobs, for `--jobs` or `--name`. A requeued job counts with its last attempt.
    static let accounting = [
        "--noheader", "--parsable2", "--allocations", "--format=JobIDRaw,JobName,State,Reason,ExitCode,Start,End",
    ]

    static func accounted(_ text: String) throws(BackendError) -> [SlurmJob] {
        try rows(text, of: "sacct", columns: 7) { words in
            SlurmJob(
                id: words[0], name: words[1], state: String(words[2].prefix { $0 != " " }), reason: words[3],
                exit: exit(words[4]), start: date(words[5]), end: date(words[6]))
        }
    }

    private static func rows(
        _ text: String, of command: String, columns: Int, ignoresOthers: Bool = false, _ make: ([String]) -> SlurmJob
    ) throws(BackendError) -> [SlurmJob] {
        var jobs: [SlurmJob] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { String($0.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
            guard words.count >= columns, isID(words[0]) else {
                if ignoresOthers { continue }
                throw BackendError(
                    .malformed, "\(command) printed a line that is not in the requested format: '\(line.prefix(200))'.",
                    hint: "launch needs Slurm 20.11 or newer.")
            }
            // The name of another job may contain the separator. The names of runs do not.
            if words[1].hasPrefix(SlurmFolder.prefix) { jobs.append(make(words)) }
        }
        return jobs
    }

    /// `CODE:SIGNAL`, or the status as wait(2) returns it. Nil for numbers that no process ends with.
    private static func exit(_ text: String) -> Exit? {
        let parts = text.split(separator: ":").map { Int($0) }
        switch parts.count {
        case 1: return parts[0].map { Exit(code: ($0 >> 8) & 255, signal: $0 & 127) }
        case 2:
            guard let code = parts[0], let signal = parts[1], (0...255).contains(code), (0...127).contains(signal)
            else { return nil }
            return Exit(code: code, signal: signal)
        default: return nil
        }
    }

    private static func restarts(_ text: String) -> Int { min(max(0, Int(text) ?? 0), 1_000_000) }

    private static func date(_ text: String) -> Date? {
        Int64(text).flatMap { $0 > 0 ? Date(reportedSeconds: Double($0)) : nil }
    }

    /// Whether a text is the ID of a job.
    static func isID(_ text: some StringProtocol) -> Bool {
        (1...20).contains(text.utf8.count)
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    // MARK: states

    var hasEnded: Bool { ending != nil }

    /// Whether it waits for nodes.
    var isPending: Bool { Self.pending.contains(state) }

    private static let pending: Set = [
        "PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT",
    ]

    /// The phase and cause of an end state; nil for a live job, and for a state that this program does not know.
    private var ending: (phase: Observation.Phase, code: Cause.Code, words: String)? {
        switch state {
        case "COMPLETED": (.succeeded, .exit, "exit code 0")
        case "FAILED" where reason == "JobLaunchFailure" && exit?.signal == 0:
            (.failed, .submit, "Slurm could not start the batch script on the node")
        case "FAILED": (.failed, .exit, "it failed")
        case "TIMEOUT": (.failed, .timeLimit, "it reached its time limit")
        case "DEADLINE": (.failed, .timeLimit, "it reached its deadline")
        case "OUT_OF_MEMORY": (.failed, .outOfMemory, "it used more memory than it asked for")
        case "NODE_FAIL": (.failed, Cause.Code(rawValue: "node-failure"), "a node failed")
        case "BOOT_FAIL": (.failed, Cause.Code(rawValue: "node-failure"), "a node did not start")
        case "PREEMPTED": (.failed, .interrupted, "another job took its nodes")
        case "CANCELLED": (.stopped, .userStop, "it was cancelled")
        case "REVOKED", "LAUNCH_FAILED", "RECONFIG_FAIL": (.failed, .submit, "Slurm could not start it")
        default: nil
        }
    }

    /// - Parameter record: what the script has recorded, for an end.
    func observation(of runID: RunID, record: () -> SlurmFolder.Record?) -> Observation {
        guard let ending else {
            return Observation(
                runID: runID, phase: isPending ? .starting : .running, backendStatus: state, message: message,
                startedAt: isPending ? nil : start)
        }
        let record = record()
        let signal = exit.map { $0.signal > 0 ? 128 + $0.signal : $0.code }
        let code = record?.code ?? signal
        var (phase, cause) = (ending.phase, Cause(ending.code, "Slurm: \(ending.words) (\(state)).", exitCode: code))
        if ending.code == .exit, let code {
            cause = Cause(.exit, Self.words(code), exitCode: code)
            if record?.isStopped == true { (phase, cause.code) = (.stopped, .userStop) }
        }
        let finished = end ?? record?.time ?? start ?? Date(timeIntervalSince1970: 0)
        return Observation(
            runID: runID, phase: phase, cause: cause, backendStatus: state, startedAt: start,
            endedAt: max(finished, start ?? finished))
    }

    private var message: String? {
        let why = reason.isEmpty || reason == "None" ? nil : reason
        guard restarts > 0 else { return isPending ? why : nil }
        return isPending
            ? "interrupted; it waits for attempt \(restarts + 1)\(why.map { " (\($0))" } ?? "")"
            : "attempt \(restarts + 1)"
    }

    static func words(_ code: Int) -> String {
        switch code {
        case 126: "exit code 126: a command could not be executed"
        case 127: "exit code 127: a command was not found"
        case 129...192: "exit code \(code): ended by \(signals[code - 128] ?? "signal \(code - 128)")"
        default: "exit code \(code)"
        }
    }

    private static let signals = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
        11: "SIGSEGV", 13: "SIGPIPE", 15: "SIGTERM",
    ]
}
