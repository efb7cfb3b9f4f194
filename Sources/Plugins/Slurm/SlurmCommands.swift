internal import LaunchConcurrency
internal import LaunchPluginKit
internal import LaunchSubprocess

/// Slurm's commands. They get no variables of the agent that change what they do, such as `SBATCH_ACCOUNT`.
struct SlurmCommands: Sendable {
    private let path: String
    private let environment: [String: String]
    private let semaphore = AsyncSemaphore(permits: 4)
    /// A controller under load takes up to a minute to answer.
    private static let limit = Duration.seconds(90)

    init(folder: String?, variables: [String: String]) {
        path = folder ?? variables["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        environment = Subprocess.AllowedVariables(names: ["SLURM_CONF"]).filter(variables)
            .merging(["LC_ALL": "C", "TZ": "UTC", "SLURM_TIME_FORMAT": "%s"]) { $1 }
    }

    /// The standard output of a command that succeeds.
    func run(_ name: String, _ arguments: [String], input: String = "") async throws(BackendError) -> String {
        let result = try await call(name, arguments, input: input)
        guard result.exit.isSuccess else { throw Self.error(name, result.stderrText + result.stdoutText) }
        if result.isTruncated { throw BackendError(.malformed, "The answer of \(name) is larger than 256 MiB.") }
        return result.stdoutText
    }

    /// Calls scancel. A job that has ended meanwhile is not an error.
    func cancel(_ arguments: [String]) async throws(BackendError) {
        let result = try await call("scancel", arguments)
        if result.exit.isSuccess { return }
        let output = result.stderrText + result.stdoutText
        // scancel says nothing of a job that ended between its question and its signal. Its exit code is the lowest byte of
        // Slurm's error 2021, "job already done".
        if output.isEmpty, result.exit == .code(2021 % 256) { return }
        let isOver = ["Invalid job id", "already completing", "can not be altered"].contains { output.contains($0) }
        guard isOver else { throw Self.error("scancel", output) }
    }

    private func call(
        _ name: String, _ arguments: [String], input: String = ""
    ) async throws(BackendError) -> Subprocess.Result {
        guard let program = Subprocess.findAll(name, path: path).first else {
            throw BackendError(
                .configuration, "Slurm's command \(name) is not in \(path).",
                hint: "Install Slurm's client commands on the agent's machine, or set 'commands' of the runner.")
        }
        return try await semaphore.withPermit(orThrow: BackendError(.cancelled, "\(name) was not called.")) {
            () async throws(BackendError) in
            do throws(SubprocessError) {
                return try await Subprocess.run(
                    program, arguments, environment: .exact(environment), workingDirectory: "/",
                    stdin: .bytes(Array(input.utf8)), stdout: .collect(maxBytes: 1 << 28), timeout: Self.limit)
            } catch {
                throw BackendError(error)
            }
        }
    }

    /// The error that a command reports, with its category.
    static func error(_ name: String, _ output: String) -> BackendError {
        let lines = output.split(separator: "\n").map { line in
            line.replacing("\(name): error: ", with: "").replacing("\(name): fatal: ", with: "")
        }
        let text = lines.suffix(4).joined(separator: "; ")
        let category = categories.first { entry in entry.words.contains { output.contains($0) } }?.category
        let refused: BackendError.Category = name == "sbatch" ? .invalid : .internalFault
        return BackendError(
            category ?? refused, "\(name) failed: \(text.isEmpty ? "it says nothing" : text).",
            hint: category == .unavailable ? "Check the cluster with: scontrol ping" : nil)
    }

    /// The first entry that fits applies. After "timed out", the controller may have accepted a job. A message repeats
    /// the values of options, so the words that hold a queue contain a space, which no value can.
    private static let categories: [(words: [String], category: BackendError.Category)] = [
        (["timed out", "Zero Bytes were transmitted", "Unexpected message"], .transient),
        (
            ["authentication error", "Munge encode", "Munge decode", "communication error", "Invalid authentication"],
            .unauthenticated
        ),
        (
            ["Unable to contact slurm controller", "Connection refused", "is DOWN", "talking to the database"],
            .unavailable
        ),
        (["temporarily unable to accept job", "temporarily unavailable", "rate limit"], .throttled),
        (["violates accounting/QOS policy", "QOSMax", "AssocMax", "AssocGrp", "QOSGrp"], .quota),
        (["ermission denied", "not permitted", "Invalid account", "not authorized"], .denied),
        (["configuration source", "process configuration file", "DNS SRV", "ClusterName needs"], .configuration),
    ]
}
