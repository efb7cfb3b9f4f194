import ConsoleSample
import Foundation
import LaunchConsole
import TestSupport
import Testing

/// The output and the exit code of one run of a program in this process.
struct Outcome {
    let code: ExitCode
    let output: String
    let errors: String
}

/// Runs the sample, or another tree, on a recording device.
func run(
    _ words: [String], tree: Command = Sample.tree, environment: [String: String] = [:],
    device: RecordingDevice = RecordingDevice()
) async -> Outcome {
    let program = Program(tree) { Program.Failure("failed: \($0)", .internalFault) }
    let terminal = Terminal(device: device, environment: environment)
    let code = await program.run(words, environment: environment, terminal: terminal)
    return Outcome(code: code, output: device.output, errors: device.errors)
}

/// The sample as a separate program, and the shells that complete its command lines.
enum SampleProgram {
    /// The sample program, beside the test bundle.
    static var path: String {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("ConsoleSample").path
        }
    }

    /// Whether a shell is installed.
    static func isInstalled(_ shell: String) -> Bool {
        ["/bin/", "/usr/bin/", "/usr/local/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + shell) }
    }

    /// Runs a program of the system with `script` as its standard input.
    static func output(
        _ command: [String], script: String = "", environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String, errors: String) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["in", "out", "err"].map { folder.appendingPathComponent($0) }
        try Data(script.utf8).write(to: files[0])
        try Data().write(to: files[1])
        try Data().write(to: files[2])
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.setStreams(
            input: try FileHandle(forReadingFrom: files[0]), output: try FileHandle(forWritingTo: files[1]),
            errors: try FileHandle(forWritingTo: files[2]))
        try process.run()
        process.waitUntilExit()
        return (
            process.terminationStatus, try String(contentsOf: files[1], encoding: .utf8),
            try String(contentsOf: files[2], encoding: .utf8)
        )
    }
}
