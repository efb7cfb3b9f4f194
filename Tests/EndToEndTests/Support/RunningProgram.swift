import Foundation
import Glibc
import LaunchSubprocess
import Synchronization
import TestSupport
import Testing

/// The program as a process beside the test. It ends at the latest with the value.
final class RunningProgram: Sendable {
    private let files: TemporaryDirectory
    private let ended: Flag
    private let task: Task<Subprocess.Result, any Error>

    /// A shell writes its process ID and then becomes the program, so signals reach the program itself.
    init(_ words: [String], environment: Subprocess.Environment, folder: String, errors: String? = nil) throws {
        let files = try TemporaryDirectory()
        let program = try LaunchProgram.path
        self.files = files
        let ended = Flag()
        self.ended = ended
        task = Task {
            defer { ended.value.store(true, ordering: .relaxed) }
            return try await Subprocess.run(
                "/bin/sh",
                [
                    "-c", "echo $$ >\"$0/pid\"; errors=$1; shift; exec \"$@\" >\"$0/out\" 2>\"$errors\"", files.path,
                    errors ?? files.file("err"), program,
                ] + words,
                environment: environment, workingDirectory: folder, timeout: .seconds(600),
                teardown: [.init(signal: SIGKILL, wait: .seconds(1))])
        }
    }

    deinit { task.cancel() }

    /// Whether the program has ended.
    var hasEnded: Bool { ended.value.load(ordering: .relaxed) }
    var output: String { text("out") }
    var errors: String { text("err") }

    /// Sends a signal to the program.
    func signal(_ number: Int32) async throws {
        #expect(await eventually { text("pid").hasSuffix("\n") })
        let pid = try #require(pid_t(text("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
        kill(pid, number)
    }

    /// Waits until standard error contains the text.
    func hasSaid(_ words: String) async throws {
        let said = await eventually { errors.contains(words) }
        try #require(said, "'\(words)' was not said: \(errors)")
    }

    /// Waits for its end.
    func end() async throws -> Answer {
        let result = try await task.value
        let code: Int32 =
            switch result.exit {
            case .code(let code): code
            case .signal(let number): -number
            }
        return Answer(
            code: code, bytes: FileManager.default.contents(atPath: files.file("out")) ?? Data(), errors: errors)
    }

    private final class Flag: Sendable {
        let value = Atomic(false)
    }

    private func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: files.file(name)) ?? Data(), as: UTF8.self)
    }
}
