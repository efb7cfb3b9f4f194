import Foundation
import TestSupport
import Testing

/// Attempts by the author of an image's configuration that a Dockerfile cannot express.
@Suite("Attempts in an image's configuration", .needsEngine, .timeLimit(.minutes(30)))
struct ImageConfigurationTests {
    /// One change of the configuration.
    struct Attempt: Sendable, CustomTestStringConvertible {
        let key: String
        /// The value as JSON.
        let value: String
        /// Whether the engine can start such an image.
        let starts: Bool
        var testDescription: String { key }

        init(_ key: String, _ value: String, starts: Bool) {
            self.key = key
            self.value = value
            self.starts = starts
        }
    }

    private static let huge = String(repeating: "x", count: 1 << 20)

    static let all: [Attempt] = [
        .init("Entrypoint", #"["/bin/sh", "-c", "\#(huge)"]"#, starts: false),
        .init("Entrypoint", #"["/proc/self/environ"]"#, starts: false),
        .init("Entrypoint", #"["\u001b]0;owned\u0007"]"#, starts: false),
        .init("Env", #"["NO_EQUALS", "A=b\nc", "LAUNCH_RUN_ID=mine", "PATH=/bin"]"#, starts: true),
        .init("Env", #"["=none"]"#, starts: false),
        .init("Env", #"["BIG=\#(huge)"]"#, starts: false),
        .init("User", #""no-such-user:no-such-group""#, starts: false),
        .init("User", #""99999999999""#, starts: false),
        .init("WorkingDir", #""../../../relative""#, starts: false),
        .init("WorkingDir", #""/\#(huge)""#, starts: false),
        .init("Entrypoint", #"["/bin/\#(huge)"]"#, starts: false),
        .init("User", #""\#(huge)""#, starts: false),
        .init("StopSignal", #""SIGNONSENSE""#, starts: true),
        .init("Labels", #"{"big": "\#(huge)", "launch.run": "somebody-else", "x\ny": "\u001b[31m"}"#, starts: true),
        .init("Volumes", #"{"/a": {}, "/bin/none": {}}"#, starts: true),
        .init("ExposedPorts", #"{"22/tcp": {}, "65535/udp": {}}"#, starts: true),
        .init("Healthcheck", #"{"Test": ["CMD", "false"], "Interval": 1000000, "Retries": 1}"#, starts: true),
        .init("OnBuild", #"["RUN touch /owned"]"#, starts: true),
    ]

    @Test(
        arguments: all.indices
    )
    func `the run ends with a documented code and a readable reason, whatever the image contains`(number: Int)
        async throws
    {
        // Selected by number, so that a report does not show the huge values.
        let attempt = Self.all[number]
        try await World.with { world in
            let image = "\(world.project):1"
            try load(image, attempt, in: world)
            defer { TestDocker.removeImages([image]) }
            let words = attempt.key == "Entrypoint" ? [] : ["-E", "/bin/sh -c", "--", "echo $LAUNCH_RUN_ID | wc -c"]
            let answer = try await world.launch(["run", "-q", "q", "--image", image] + words)
            #expect(answer.code == (attempt.starts ? 0 : 1), "\(attempt.key): \(answer)")
            #expect(attempt.starts ? answer.word == "9" : answer.errors.contains("failed"), "\(attempt.key): \(answer)")
            #expect(!(answer.output + answer.errors).contains("\u{1b}]0"), "\(attempt.key)")
            #expect(answer.errors.utf8.count < 100_000, "\(attempt.key)")
        }
    }

    /// Loads the test image under another name, with the change.
    private func load(_ name: String, _ attempt: Attempt, in world: World) throws {
        let folder = world.folder.file("image")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try TestDocker.docker(["save", "-o", world.folder.file("saved.tar"), World.image])
        try Tool.run("tar", ["-x", "-f", world.folder.file("saved.tar"), "-C", folder])
        func read(_ file: String) throws -> Any {
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)")))
        }
        var manifest = try #require(try read("manifest.json") as? [[String: Any]])
        let file = try #require(manifest.first?["Config"] as? String)
        var configuration = try #require(try read(file) as? [String: Any])
        var settings = configuration["config"] as? [String: Any] ?? [:]
        settings[attempt.key] = try JSONSerialization.jsonObject(
            with: Data(attempt.value.utf8), options: [.fragmentsAllowed])
        configuration["config"] = settings
        manifest[0]["RepoTags"] = [name]
        manifest[0]["Config"] = "changed.json"
        for (file, value) in [("changed.json", configuration as Any), ("manifest.json", manifest as Any)] {
            try JSONSerialization.data(withJSONObject: value).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
        }
        try? FileManager.default.removeItem(atPath: "\(folder)/repositories")
        try Tool.run("tar", ["-c", "-f", world.folder.file("changed.tar"), "-C", folder, "."])
        try TestDocker.docker(["load", "-i", world.folder.file("changed.tar")])
    }
}
