internal import FoundationEssentials
internal import LaunchContainerEngine
internal import LaunchPluginKit
internal import LaunchSubprocess

/// Runs buildah for one build, with the logins of this build, and with a folder for all its temporary files.
///
/// Only this user can read the folder. `with` deletes it in all cases. If the process is killed, the next build deletes
/// it.
struct BuildahSession: Sendable {
    let setup: BuildahSetup
    let folder: String

    /// Why a command of buildah did not succeed.
    enum Failure: Error {
        /// It ended with an error.
        case failed
        /// It exceeded its limit.
        case timedOut
        /// It did not run to its end for another reason.
        case other(BackendError)
    }

    /// Makes a session with these logins, and deletes its folder after `body`.
    static func with<T: Sendable>(
        _ setup: BuildahSetup, logins: [RegistryCredentials], _ body: (BuildahSession) async throws -> T
    ) async throws -> T {
        // On the disk of the storage, because buildah writes whole layers there.
        let folder = try PrivateFolder(in: setup.folder, prefix: "build-")
        defer { extendLifetime(folder) }
        let session = BuildahSession(setup: setup, folder: folder.path)
        try RegistryCredentials.write(logins, to: session.authFile)
        return try await body(session)
    }

    /// The logins. An empty file hides this user's own.
    var authFile: String { "\(folder)/auth.json" }

    /// Runs a command, and passes on each line of its output. After a cancellation or the limit, its whole group of
    /// processes is ended before this function throws.
    func run(
        _ arguments: [String], timeout: Duration?, line: @escaping @Sendable (String) async -> Void
    ) async throws(Failure) {
        let output = Subprocess.Output.lines(line)
        let result = try await result(of: arguments, timeout: timeout, stdout: output, stderr: output)
        guard result.exit.isSuccess else { throw .failed }
    }

    /// The standard output of a command.
    func text(of arguments: [String]) async throws(Failure) -> String {
        let result = try await result(
            of: arguments, timeout: .seconds(600), stdout: .collect(maxBytes: 64 << 20), stderr: .discard)
        guard result.exit.isSuccess else { throw .failed }
        return result.stdoutText
    }

    private func result(
        of arguments: [String], timeout: Duration?, stdout: Subprocess.Output, stderr: Subprocess.Output
    ) async throws(Failure) -> Subprocess.Result {
        do throws(SubprocessError) {
            return try await Subprocess.run(
                setup.program, setup.globals + arguments,
                environment: setup.environment(setting: ["TMPDIR": folder, "REGISTRY_AUTH_FILE": authFile]),
                stdout: stdout, stderr: stderr, timeout: timeout)
        } catch {
            if error.code == .timedOut { throw .timedOut }
            throw .other(BackendError(error, whileRunning: setup.program))
        }
    }
}
