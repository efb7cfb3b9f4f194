import Foundation
import LaunchSubprocess
import TestSupport
import Testing

@Suite("Arguments that are not UTF-8")
struct ArgumentTests {
    /// Runs the program through a shell, which can pass any bytes.
    private func run(_ script: String, in folder: TemporaryDirectory) async throws -> Subprocess.Result {
        try await Subprocess.run(
            "sh", ["-c", script, try LaunchProgram.path],
            environment: .inherited(setting: ["HOME": folder.path, "LAUNCH_HOME": folder.file("home")]))
    }

    @Test(arguments: [
        (#"exec "$0" queue create "$(printf 'caf\351')" -r mock"#, #"argument 3 is not UTF-8: 'caf\xe9'"#),
        (#"exec "$0" run --image x -- "$(printf '\377')""#, #"argument 5 is not UTF-8: '\xff'"#),
        (
            #"LAUNCH_HOME="$LAUNCH_HOME-$(printf '\351')" exec "$0" list"#,
            "the value of the variable LAUNCH_HOME is not UTF-8"
        ),
        (
            #"AWS_PROFILE="$(printf '\351')" exec "$0" list"#, "the value of the variable AWS_PROFILE is not UTF-8"
        ),
    ])
    func `an argument or a variable of this program that is not UTF-8 is rejected before any effect`(
        script: String, message: String
    ) async throws {
        let folder = try TemporaryDirectory()
        let answer = try await run(script, in: folder)
        #expect(answer.exit == .code(64), "\(answer.exit) \(answer.stderrText)")
        #expect(answer.stderrText == "error: \(message)\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test
    func `another variable that is not UTF-8 is ignored`() async throws {
        let folder = try TemporaryDirectory()
        let answer = try await run(#"LS_COLORS="$(printf '\351')" exec "$0" list"#, in: folder)
        #expect(answer.exit.isSuccess, "\(answer.stderrText)")
    }
}
