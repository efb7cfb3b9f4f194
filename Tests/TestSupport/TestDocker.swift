import Foundation

/// The container engine of this machine as a test's outsider sees it: through its command line.
public enum TestDocker {
    /// Whether tests may use an engine: not with `LAUNCH_TEST_NO_ENGINE=1`.
    public static var isWanted: Bool { ProcessInfo.processInfo.environment["LAUNCH_TEST_NO_ENGINE"] != "1" }

    /// The static busybox (Debian: `busybox-static`).
    public static let busybox = "/bin/busybox"

    /// Builds an image of busybox alone under that name. Another `content` is another image.
    /// - Returns: its ID, `sha256:…`.
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
                // The engine's look for cached steps fails while another test removes an image.
                if isLast || !"\(error)".contains("unable to find image") { throw error }
            }
        }
        return try docker(["image", "inspect", "--format", "{{.Id}}", name])
    }

    /// Removes images, by any name; what is not there is no error.
    public static func removeImages(_ names: [String]) {
        for name in names { _ = try? docker(["image", "rm", "--force", name]) }
    }

    /// The IDs of all containers, running or not, whose image is made from `image`.
    public static func containers(of image: String) throws -> Set<String> {
        let lines = try docker(["ps", "--all", "--quiet", "--no-trunc", "--filter", "ancestor=\(image)"])
        return Set(lines.split(separator: "\n").map(String.init))
    }

    /// What `docker` prints, without white space at the ends.
    @discardableResult
    public static func docker(_ arguments: [String]) throws -> String {
        try Tool.run("docker", arguments, environment: ["DOCKER_BUILDKIT": "0"])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
