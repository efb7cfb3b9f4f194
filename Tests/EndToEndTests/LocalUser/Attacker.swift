import Foundation
import Glibc
import Subprocess
import TestSupport
import Testing

/// Another user of the machine, without any rights to the files of the tests.
enum Attacker {
    /// The user's number: the account `nobody`, which owns no files.
    static let user: uid_t = 65_534

    /// Why the attempts cannot be made here; nil where they can.
    static var obstacle: String? {
        guard geteuid() == 0 else { return "only root can act as another user" }
        return Subprocess.find("setpriv") == nil ? "there is no setpriv, of util-linux" : nil
    }

    /// Runs a script of the shell as the other user. Its words are `$1` and so on.
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

    /// Does what has to work for the attempt to be one.
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
    /// Only where tests can act as another user.
    static var needsAttacker: Self {
        .enabled(if: Attacker.obstacle == nil, "\(Attacker.obstacle ?? "")")
    }
}
