import Foundation
import LaunchSubprocess
import TestSupport
import Testing

/// The environment of the program in a test: a folder, and the variables that contain its path.
protocol ProgramHome: Sendable {
    var folder: TemporaryDirectory { get }
    var variables: [String: String] { get }
}

extension ProgramHome {
    private func environment(_ more: [String: String]) -> Subprocess.Environment {
        let aws = ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix("AWS_") }
        return .inherited(
            setting: variables.merging(more) { $1 },
            removing: Set(["LAUNCH_CONFIG", "LAUNCH_NAME", "XDG_STATE_HOME", "NO_COLOR"] + aws))
    }

    /// Starts the program without waiting.
    /// - Parameter errors: the destination of its standard error; nil keeps it for the answer.
    func start(
        _ words: [String], setting: [String: String] = [:], errors: String? = nil
    ) throws -> RunningProgram {
        try RunningProgram(words, environment: environment(setting), folder: folder.path, errors: errors)
    }

    /// Runs the program to its end.
    func launch(_ words: [String], setting: [String: String] = [:]) async throws -> Answer {
        try await start(words, setting: setting).end()
    }

    func launch(_ words: String...) async throws -> Answer { try await launch(words) }

    /// Runs the program and expects exit code 0.
    @discardableResult
    func succeeding(_ words: String...) async throws -> Answer { try await succeeding(words) }

    @discardableResult
    func succeeding(_ words: [String]) async throws -> Answer {
        let answer = try await launch(words)
        try #require(answer.code == 0, "launch \(words.joined(separator: " ")): \(answer)")
        return answer
    }

    func facts(of id: String) async throws -> RunFacts {
        try await succeeding("status", id, "--json").json(RunFacts.self)
    }

    /// Waits, by following the run's events, until the run has ended.
    func end(of id: String) async throws -> RunFacts {
        try await succeeding("events", "-f", id)
        return try await facts(of: id)
    }

    func log(of id: String) async throws -> Answer { try await succeeding("logs", id) }
}
