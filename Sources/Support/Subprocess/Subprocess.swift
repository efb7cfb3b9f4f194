import CLaunchLinux
import Glibc
import LaunchOwnership

/// Runs other programs. Each runs in its own process group and inherits only the three standard descriptors. It is
/// stopped and reaped before the call returns, even after a cancellation.
public enum Subprocess {
    /// SIGTERM to the group, then 5 s. SIGKILL always follows at the end.
    public static let defaultTeardown = [TeardownStep(signal: SIGTERM, wait: .seconds(5))]

    /// Runs a program to its end. Every exit is a result. Throws if the program cannot start, is cancelled or times
    /// out.
    ///
    /// `executable` with a slash is a path, otherwise a name that is searched on the PATH. After the timeout or a
    /// cancellation, this function takes the steps of `teardown`, kills the rest of the group, reaps the program, and
    /// then throws. If the program ends by itself and leaves background processes, their output is read for another
    /// quarter of a second and then ignored.
    ///
    /// `confinement` is for programs that process bytes from outside. It applies to the program and to all processes
    /// that it starts.
    public static func run(
        _ executable: String, _ arguments: [String] = [], environment: Environment = .allowed(),
        workingDirectory: String? = nil, stdin: Input = .none, stdout: Output = .collect(),
        stderr: Output = .collect(), timeout: Duration? = nil, teardown: [TeardownStep] = defaultTeardown,
        confinement: Confinement? = nil
    ) async throws(SubprocessError) -> Result {
        if Task.isCancelled { throw SubprocessError(.cancelled, "\(executable) was not started: cancelled") }
        let found = executable.contains("/") ? executable : find(executable)
        guard let found else { throw SubprocessError(.notFound, "the program \(executable) is not on the PATH") }
        let child = try Child(
            found, arguments: [executable] + arguments, environment: environment.variables,
            workingDirectory: workingDirectory, stdin: stdin, stdout: stdout, stderr: stderr,
            confinement: confinement)
        return try await Supervision(child, name: executable, timeout: timeout, teardown: teardown)
            .run(stdin: stdin, stdout: stdout, stderr: stderr)
    }

    /// The first executable file with this name on the PATH.
    public static func find(_ name: String) -> String? {
        findAll(name).first
    }

    /// All executable files with this name on the PATH, in order, without duplicates. Empty for a name with a slash.
    ///
    /// Folders that every user can write to, and relative ones, are skipped, because another user could put a program
    /// there.
    /// - Parameter path: the folders to search; nil is this process's PATH.
    public static func findAll(_ name: String, path: String? = nil) -> [String] {
        guard !name.isEmpty, !name.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 }) else { return [] }
        let path = path ?? getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        var found: [String] = []
        for folder in path.split(separator: ":", omittingEmptySubsequences: true) {
            let file = "\(folder)/\(name)"
            var status = Glibc.stat()
            guard !found.contains(file), Ownership.isSafeProgramFolder(String(folder)), stat(file, &status) == 0,
                status.st_mode & S_IFMT == S_IFREG,
                access(file, X_OK) == 0
            else { continue }
            found.append(file)
        }
        return found
    }
}
