import Foundation
import LaunchSubprocess
import TestSupport
import Testing

/// The systemd service of the documentation.
@Suite(
    .enabled(if: Subprocess.find("systemd-analyze") != nil, "there is no systemd-analyze"),
    .timeLimit(.minutes(30)))
struct ServiceUnitTests {
    private static let path = "deploy/systemd/launch-agent.service"

    /// The unit with a program that exists.
    private func unit(_ folder: TemporaryDirectory) throws -> String {
        let text = try Repository.text(Self.path)
        let changed = text.replacing("/usr/local/bin/launch agent", with: "/bin/true")
        #expect(changed != text, "the unit starts no agent")
        return try folder.write("launch-agent.service", changed)
    }

    @Test func `systemd accepts each line`() async throws {
        let folder = try TemporaryDirectory()
        let result = try await Subprocess.run("systemd-analyze", ["verify", unit(folder)], timeout: .seconds(600))
        #expect(result.exit.isSuccess && result.stderrText.isEmpty, "\(result.stderrText)")
    }

    @Test func `systemd rates the protection well`() async throws {
        let folder = try TemporaryDirectory()
        // The exposure times ten, from 0 to 100.
        let result = try await Subprocess.run(
            "systemd-analyze", ["security", "--offline=yes", "--threshold=20", unit(folder)], timeout: .seconds(600))
        #expect(result.exit.isSuccess, "\(result.stdoutText.suffix(200)) \(result.stderrText)")
    }

    @Test func `its state is accessible only to its owner`() throws {
        let lines = try Repository.text(Self.path).split(separator: "\n").map(String.init)
        for line in [
            "StateDirectoryMode=0700", "UMask=0077", "User=launch", "NoNewPrivileges=yes", "LimitCORE=0", "Type=notify",
            "WatchdogSec=600",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(try Repository.text("docs/sagemaker.md").contains(Self.path))
    }
}
