import CLinux
import Glibc
import Ownership

/// Runs other programs: each in a process group of its own, with no descriptor but the three, and never outliving its
/// caller's interest.
public enum Subprocess {
    /// TERM to the group, 5 s, then KILL, which always comes last.
    public static let defaultTeardown = [TeardownStep(signal: SIGTERM, wait: .seconds(5))]

    /// Runs a program to its end. Any exit is a result; throws when it could not start, was cancelled or took too long.
    ///
    /// `executable` with a slash is a path, else a name to be found on the PATH. When the time is over or the task is
    /// cancelled, the steps of `teardown` are taken, then what is left of the group is killed and the program reaped,
    /// and only then does this throw. What the program leaves running in the background when it ends by itself may
    /// keep the pipes for a quarter of a second, and is then no longer listened to.
    ///
    /// `confinement` is for programs that work on bytes from outside: it takes from the program, and from all that it
    /// starts, what the work does not need.
    public static func run(
        _ executable: String, _ arguments: [String] = [], environment: Environment = .allowed(),
        workingDirectory: String? = nil, stdin: Input = .none, stdout: Output = .collect(),
        stderr: Output = .collect(), timeout: Duration? = nil, teardown: [TeardownStep] = defaultTeardown,
        confinement: Confinement? = nil
    ) async throws(SubprocessError) -> Result {
        if Task.isCancelled { throw SubprocessError(.cancelled, "\(executable) was not started: cancelled") }
        let found = executable.contains("/") ? executable : find(executable)
        guard let found else { throw SubprocessError(.notFound, "there is no program named \(executable) on the PATH") }
        let child = try Child(
            found, arguments: [executable] + arguments, environment: environment.variables,
            workingDirectory: workingDirectory, stdin: stdin, stdout: stdout, stderr: stderr,
            confinement: confinement)
        return try await Supervision(child, name: executable, timeout: timeout, teardown: teardown)
            .run(stdin: stdin, stdout: stdout, stderr: stderr)
    }

    /// The first executable file of a name on the PATH.
    public static func find(_ name: String) -> String? {
        findAll(name).first
    }

    /// All executable files of a name on the PATH, in order, each once. A name with a slash is nowhere on it.
    ///
    /// Folders that every user can write to, and those that depend on the working directory, are left out: another user
    /// could put a program there.
    /// - Parameter path: the folders to look into; nil is this process's PATH.
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
