internal import LaunchPluginKit
internal import LaunchSubprocess

/// The commands of an imagined batch system.
struct QueueCommands: Sendable {
    let searchPath: String

    /// The standard output of a command.
    func run(_ name: String, _ arguments: [String]) async throws(BackendError) -> String {
        guard let program = Subprocess.findAll(name, path: searchPath).first else {
            throw BackendError(.configuration, "The program \(name) is not in \(searchPath).")
        }
        let result: Subprocess.Result
        do throws(SubprocessError) {
            result = try await Subprocess.run(
                program, arguments, environment: .exact(["PATH": searchPath, "LC_ALL": "C"]), timeout: .seconds(60))
        } catch {
            throw BackendError(error)
        }
        guard result.exit.isSuccess else { throw BackendError(.internalFault, "\(name): \(result.stderrText)") }
        return result.stdoutText
    }
}
