import Foundation
import Glibc
import LaunchSubprocess
import TestSupport
import Testing

/// Another user of the machine, without any rights to the files of the tests.
enum Attacker {
    /// The user ID of an account that owns no files.
    static let user: uid_t = 65_534

    /// The reason why the attempts cannot be made on this machine, or nil.
    static var obstacle: String? {
        guard geteuid() == 0 else { return "only root can act as another user" }
        return Subprocess.find("setpriv") == nil ? "there is no setpriv, of util-linux" : nil
    }

    /// Runs a shell script as the other user. The words are `$1` and so on.
    static func attempt(_ script: String, _ words: String...) async throws -> Subprocess.Result {
        try await run("-c", script, words)
    }

    /// Runs a script, and expects that it fails.
    static func expectRefusal(
        _ script: String, _ words: String..., at location: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await run("-c", script, words)
        #expect(!result.exit.isSuccess, "'\(script)' worked: \(result.stdoutText)", sourceLocation: location)
    }

    /// Performs the steps that must succeed for the attempt to be effective.
    static func prepare(_ script: String, _ words: String...) async throws {
        let result = try await run("-ec", script, words)
        try #require(result.exit.isSuccess, "the attacker could not prepare: \(result.stderrText)")
    }

    private static func run(_ option: String, _ script: String, _ words: [String]) async throws -> Subprocess.Result {
        try await Subprocess.run(
            "setpriv",
            ["--reuid", "\(user)", "--regid", "\(user)", "--clear-groups", "sh", option, script, "sh"] + words,
            environment: .exact(["PATH": "/usr/bin:/bin", "HOME": "/"]), workingDirectory: "/",
            timeout: .seconds(600))
    }
}

extension Trait where Self == ConditionTrait {
    /// Only if tests can act as another user.
    static var needsAttacker: Self {
        .enabled(if: Attacker.obstacle == nil, "\(Attacker.obstacle ?? "")")
    }
}
