import Foundation
import LaunchConsole
import LaunchHost
import TestSupport

@testable import LaunchCommands

/// The program with the test catalog and a temporary home.
struct Desk {
    /// The outputs and the exit code of one call. `DIR` replaces the desk's folder, and `TIME` a time.
    struct Answer {
        let code: ExitCode
        let output: String
        let errors: String

        /// The output as JSON.
        /// - Throws: `DecodingError` if the output is not JSON.
        func json() throws -> JSONValue { try JSONValue(parsing: output) }
    }

    let folder: TemporaryDirectory
    var variables: [String: String]
    var catalog = TestCatalog.catalog

    init() throws {
        folder = try TemporaryDirectory()
        variables = [
            "HOME": folder.path, "LAUNCH_HOME": folder.file("home"), "TMPDIR": folder.path,
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
        ]
    }

    var root: Command { LaunchProgram.root(catalog: catalog, version: "1.2.3") }

    /// Runs a command line. Words are split at spaces.
    func run(_ line: String, more: [String] = [], onTerminal: Bool = false) async -> Answer {
        await run(words: line.split(separator: " ").map(String.init) + more, onTerminal: onTerminal)
    }

    /// `typing` are the lines that a user types.
    func run(words: [String], onTerminal: Bool = false, columns: Int = 100, typing: [String]? = nil) async -> Answer {
        let device = RecordingDevice(
            outputIsTTY: onTerminal, errorIsTTY: onTerminal, columns: columns, typing: typing)
        let program = LaunchProgram.make(catalog: catalog, version: "1.2.3")
        let code = await program.run(
            words, environment: variables, terminal: Terminal(device: device, environment: variables))
        return Answer(code: code, output: plain(device.output), errors: plain(device.errors))
    }

    /// Runs a command whose output is not read: the reader has closed the pipe.
    func runUnread(_ words: [String]) async -> ExitCode {
        let device = RecordingDevice()
        device.failOutput(with: .closed)
        let program = LaunchProgram.make(catalog: catalog, version: "1.2.3")
        return await program.run(
            words, environment: variables, terminal: Terminal(device: device, environment: variables))
    }

    /// The store that the commands use.
    func store() throws -> Store { try Store(home: LaunchHome(variables: variables)) }

    private func plain(_ text: String) -> String {
        text.replacing(folder.path, with: "DIR").replacing(
            /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, with: "TIME")
    }
}

/// The examples of the program.
enum Examples {
    /// The folder of the training example.
    static let iris: String = {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return tests.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("examples/iris")
            .path
    }()
}
