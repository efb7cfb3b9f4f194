import Foundation

/// The container engine of this machine, used through its command line, independent of the code under test.
public enum TestDocker {
    /// Whether tests may use an engine. False with `LAUNCH_TEST_NO_ENGINE=1`.
    public static var isWanted: Bool { ProcessInfo.processInfo.environment["LAUNCH_TEST_NO_ENGINE"] != "1" }

    /// The static busybox (Debian: `busybox-static`).
    public static let busybox = "/bin/busybox"

    /// Builds an image that contains only busybox. Another `content` gives another image.
    /// - Returns: the image's ID, `sha256:…`.
    @discardableResult
    public static func makeImage(_ name: String, content: String = "") throws -> String {
        let folder = try TemporaryDirectory()
        try FileManager.default.copyItem(atPath: busybox, toPath: folder.file("busybox"))
        try folder.write("content", content)
        try folder.write("Dockerfile", "FROM scratch\nCOPY busybox content /bin/\nCMD [\"/bin/busybox\", \"true\"]\n")
        for isLast in [false, false, true] {
            do {
                try docker(["build", "--quiet", "--tag", name, folder.path])
                break
            } catch {
                // The engine's search for cached steps fails if another test removes an image at that moment.
                if isLast || !"\(error)".contains("unable to find image") { throw error }
            }
        }
        return try docker(["image", "inspect", "--format", "{{.Id}}", name])
    }

    /// Removes images by their names. Missing ones are ignored.
    ///
    /// The engine may wait here for a copy out of another test's container. That test cannot end the copy while the threads
    /// of all tests wait for the engine, so the wait has a limit.
    public static func removeImages(_ names: [String]) {
        for name in names {
            _ = try? Tool.run("timeout", ["60", "docker", "image", "rm", "--force", name], environment: [:])
        }
    }

    /// The IDs of all containers, running or not, whose image is made from `image`.
    public static func containers(of image: String) throws -> Set<String> {
        let lines = try docker(["ps", "--all", "--quiet", "--no-trunc", "--filter", "ancestor=\(image)"])
        return Set(lines.split(separator: "\n").map(String.init))
    }

    /// The output of `docker`, without white space at the ends.
    @discardableResult
    public static func docker(_ arguments: [String]) throws -> String {
        try Tool.run("docker", arguments, environment: ["DOCKER_BUILDKIT": "0"])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
