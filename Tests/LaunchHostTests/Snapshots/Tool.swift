import LaunchSubprocess
import Testing

/// Runs a program to its end and returns its output.
enum Tool {
    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    @discardableResult
    static func run(
        _ arguments: [String], in folder: String, environment: [String: String] = [:]
    ) async throws -> String {
        let program = try #require(arguments.first)
        let result = try await Subprocess.run(
            program, Array(arguments.dropFirst()), environment: .inherited(setting: environment),
            workingDirectory: folder, timeout: .seconds(600))
        guard result.exit.isSuccess else {
            throw Failed(description: "\(arguments.joined(separator: " ")): \(result.exit): \(result.stderrText)")
        }
        return result.stdoutText
    }
}
