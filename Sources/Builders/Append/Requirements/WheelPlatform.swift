internal import LaunchOCIRegistry
internal import LaunchPluginKit

/// The wheels that fit an image: its Python, and its platform by the names that wheels have for it.
struct WheelPlatform: Sendable, Hashable {
    let python: TargetPython
    /// `x86_64` or `aarch64`.
    let machine: String

    /// The newest glibc that wheels may need. Debian 10, Ubuntu 20.04 and Amazon Linux 2023 have it.
    static let newestGlibc = 28

    init(_ python: TargetPython, _ platform: ImagePlatform) {
        self.python = python
        machine = platform.architecture == "arm64" ? "aarch64" : "x86_64"
    }

    /// The platform tags, the best first.
    var tags: [String] {
        let first = machine == "aarch64" ? 17 : 5
        var tags: [String] = []
        for minor in (first...Self.newestGlibc).reversed() {
            tags.append("manylinux_2_\(minor)_\(machine)")
            // The older names of three of them.
            if let name = [17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"][minor] {
                tags.append("\(name)_\(machine)")
            }
        }
        return tags + ["linux_\(machine)"]
    }
}
