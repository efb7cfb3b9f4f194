import Foundation

/// Runs the programs that tests need for their setup: `openssl`, `docker`.
public enum Tool {
    /// A program failed or is missing.
    public struct Failure: Error, CustomStringConvertible {
        /// The command and the end of its output.
        public let description: String
    }

    /// The absolute path of a program on the `PATH`; nil if it is missing.
    public static func path(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a program to its end and returns its output, both streams together.
    @discardableResult
    public static func run(
        _ name: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> String {
        guard let path = name.hasPrefix("/") ? name : path(name) else {
            throw Failure(description: "\(name) is not on the PATH")
        }
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.setStreams(input: FileHandle.nullDevice, output: output, errors: output)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(name) \(arguments.joined(separator: " ")): \(text.suffix(2000))")
        }
        return text
    }
}
