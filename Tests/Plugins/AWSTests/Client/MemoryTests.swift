import Foundation
import LaunchHost
import TestSupport
import Testing

/// Memory use, measured in a separate process.
@Suite struct MemoryTests {
    private static func bench(_ words: String...) async throws -> JSONValue {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("launch-bench")
            .path
        return try JSONValue(parsing: try await runOffThePool(program, words))
    }

    @Test
    func `thousands of calls do not increase memory use`() async throws {
        let values = try await Self.bench("calls", "5000")
        let before = try #require(values["rss_before_kb"]?.doubleValue)
        let after = try #require(values["rss_after_kb"]?.doubleValue)
        #expect(after - before < 8192, "from \(before) kB to \(after) kB")
    }

    @Test
    func `transferring a gibibyte needs little memory`() async throws {
        let values = try await Self.bench("s3", "1024")
        let peak = try #require(values["peak_rss_kb"]?.doubleValue)
        #expect(peak < 65_536, "\(values)")
    }
}

/// Runs a program on a separate thread, because tests share few threads of the pool.
func runOffThePool(_ program: String, _ arguments: [String]) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Result { try Tool.run(program, arguments) })
        }
    }
}
