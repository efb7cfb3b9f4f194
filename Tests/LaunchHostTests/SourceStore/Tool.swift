import Foundation
import Testing

/// Runs a program to its end and answers what it printed; output goes through a file, so that nothing can block.
enum Tool {
    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    @discardableResult
    static func run(
        _ arguments: [String], in folder: String, environment: [String: String] = [:], input: Data? = nil
    ) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = FileManager.default.temporaryDirectory.appending(path: "launch-tool-\(UUID().uuidString)")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        let handle = try FileHandle(forWritingTo: output)
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try handle.close()
        let data = try Data(contentsOf: output)
        guard process.terminationStatus == 0 else {
            throw Failed(description: "\(arguments.joined(separator: " ")): \(String(decoding: data, as: UTF8.self))")
        }
        return data
    }
}
