import Foundation
import TestSupport
import Testing

/// A home with the mock as its backend. It needs nothing outside the folder.
struct MockHome: ProgramHome {
    let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        let blocks = ["registry", "builder", "runner"].map { "\($0): {type: mock, folder: \(folder.file("mock"))}" }
        try folder.write(
            ".config/launch/launch-config.yaml",
            "environment: {type: mock}\n" + blocks.joined(separator: "\n") + "\n")
    }

    var variables: [String: String] {
        [
            "HOME": folder.path, "XDG_CONFIG_HOME": folder.file(".config"), "LAUNCH_HOME": folder.file("home"),
            "TMPDIR": folder.path, "USER": "tester",
        ]
    }

    func queue(_ template: String) async throws {
        try folder.write("q.yaml", template)
        try await succeeding("queue", "create", "q", "--resource", "mock", "--config", "q.yaml")
    }

    func submit(_ options: String...) async throws -> String {
        try await succeeding(["submit", "-q", "q", "--image", "mock.invalid/a:1"] + options).word
    }
}
