internal import Glibc
internal import LaunchPluginKit

// The signals of a job.
extension RunnerCase {
    func submitSignals() async throws {
        let (runner, _, handle, end) = try await ended(.signals)
        try require(end.phase == .succeeded, "the job that prints its signals ended as \(end.phase)")
        let texts = try await runner.read(handle, follow: false).map(\.text)
        let (ignored, blocked) = (try Self.signals("SigIgn:", in: texts), try Self.signals("SigBlk:", in: texts))
        let found = [("ignored", ignored), ("blocked", blocked)].filter { !$0.1.isEmpty }.map { word, names in
            "\(names.joined(separator: ", ")) \(word)"
        }
        try require(found.isEmpty, "the job starts with \(found.joined(separator: ", and "))")
    }

    /// The names of the signals in a mask of /proc/PID/status.
    private static func signals(_ field: String, in lines: [String]) throws -> [String] {
        guard let line = lines.first(where: { $0.hasPrefix(field) }),
            let mask = UInt64(line.dropFirst(field.count).drop { $0 == " " || $0 == "\t" }, radix: 16)
        else {
            throw FixtureFault(
                "the job for 'signals' printed no line '\(field) MASK'; its log is \(listed(lines))", of: "job")
        }
        // Real-time signals belong to the C library.
        return (1...31).filter { mask & (1 << UInt64($0 - 1)) != 0 }.map { name(of: Int32($0)) }
    }

    private static func name(of signal: Int32) -> String {
        let names: [Int32: String] = [
            SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGABRT: "SIGABRT", SIGPIPE: "SIGPIPE",
            SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGUSR1: "SIGUSR1", SIGUSR2: "SIGUSR2", SIGCHLD: "SIGCHLD",
            SIGTSTP: "SIGTSTP", SIGTTIN: "SIGTTIN", SIGTTOU: "SIGTTOU", SIGXFSZ: "SIGXFSZ", SIGCONT: "SIGCONT",
        ]
        return names[signal] ?? "signal \(signal)"
    }
}
