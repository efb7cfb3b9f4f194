import Foundation
import TestSupport
import Testing

import LaunchHost

/// git gets only the variables that it needs, even if the caller passes a complete environment.
@Suite(.timeLimit(.minutes(30))) struct GitVariablesTests {
    @Test func `git gets no secret of the caller`() async throws {
        let folder = try TemporaryDirectory()
        let spy = try folder.write("git", "#!/bin/sh\nenv >>'\(folder.file("seen"))'\nexec git \"$@\"\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: spy)
        let environment = ProcessInfo.processInfo.environment.merging([
            "REGISTRY_PASSWORD": "planted", "AWS_SECRET_ACCESS_KEY": "planted", "AWS_SESSION_TOKEN": "planted",
            "GIT_TRACE_CURL": "planted", "GIT_DIR": "planted", "GIT_SSH_COMMAND": "ssh -i kept",
            "CLOUD_PROFILE": "kept",
            "CLOUD_TOKEN": "planted",
        ]) { $1 }
        // git rejects the address after its start.
        await #expect(throws: LaunchError.self) {
            try await GitFetch(git: spy, setting: environment, helperVariables: ["CLOUD_PROFILE"]).resolve(
                "http://127.0.0.1:1/x.git")
        }
        let seen = try String(contentsOfFile: folder.file("seen"), encoding: .utf8)
        #expect(!seen.contains("planted"))
        #expect(seen.contains("GIT_SSH_COMMAND=ssh -i kept\n") && seen.contains("CLOUD_PROFILE=kept\n"))
    }
}
