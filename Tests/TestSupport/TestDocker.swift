import Foundation

/// The container engine of this machine as a test's outsider sees it: through its command line.
public enum TestDocker {
    /// Whether an engine answers, and the static busybox that images are made of is there.
    public static let isAvailable: Bool = {
        guard FileManager.default.isExecutableFile(atPath: busybox) else { return false }
        return (try? Tool.run("docker", ["version", "--format", "{{.Server.Version}}"])) != nil
    }()

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
        try docker(["build", "--quiet", "--tag", name, folder.path])
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
