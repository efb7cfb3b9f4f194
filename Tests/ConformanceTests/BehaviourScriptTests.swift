import Foundation
import LaunchConformance
import LaunchSubprocess
import TestSupport
import Testing

/// The scripts of behaviours, with this machine's shell.
struct BehaviourScriptTests {
    private typealias Behaviour = RunnerFixture.Behaviour

    private func run(
        _ behaviour: Behaviour, environment: [String: String] = [:], retry: Behaviour.Retry? = nil
    ) async throws -> (exit: Subprocess.Exit, output: [UInt8]) {
        let script = try #require(behaviour.script(retry: retry))
        let result = try await Subprocess.run(
            "/bin/sh", ["-c", script], environment: .inherited(setting: environment))
        return (result.exit, result.stdout)
    }

    private func lines(_ range: ClosedRange<Int>) -> [UInt8] { Array(range.map { "line \($0)\n" }.joined().utf8) }

    @Test func `a script ends with its code and prints its lines`() async throws {
        #expect(try await run(.exit(7)).exit == .code(7))
        #expect(try await run(.lines(3)) == (.code(0), lines(1...3)))
        #expect(try await run(.lastWords(2)) == (.code(0), lines(1...2)))
        #expect(try await run(.slowLines(2)) == (.code(0), lines(1...2)))
        #expect(try await run(.runs(seconds: 1)) == (.code(0), []))
        #expect(try await run(.longLine(10_000)).output.count == 10_001)
        let bytes = try await run(.invalidText).output.split(separator: UInt8(ascii: "\n"))
        #expect(bytes.count == 3 && String(validating: bytes[1], as: UTF8.self) == nil)
    }

    @Test func `a second attempt prints the second half`() async throws {
        #expect(Behaviour.retried(3).script() == nil)
        let retry = Behaviour.Retry(isFirst: "[ -z \"$RESTARTS\" ]", exitCode: 99)
        #expect(try await run(.retried(3), environment: ["RESTARTS": ""], retry: retry) == (.code(99), lines(1...3)))
        #expect(try await run(.retried(3), environment: ["RESTARTS": "1"], retry: retry) == (.code(0), lines(4...6)))
    }
}
