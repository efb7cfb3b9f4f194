internal import LaunchSubprocess

/// How buildah stores layers.
enum BuildahDriver: String, Sendable, CaseIterable {
    /// The kernel's overlay file system.
    case overlay
    /// The overlay file system as a program, for kernels and file systems where the kernel's own does not work.
    case fuse = "fuse-overlayfs"
    /// Plain folders: each layer is a copy of the whole image.
    case vfs

    /// The options of buildah; nil if the driver needs a program that is missing.
    func options(path: String?) -> [String]? {
        switch self {
        case .overlay, .vfs: return ["--storage-driver", rawValue]
        case .fuse:
            guard let program = Subprocess.findAll(rawValue, path: path).first else { return nil }
            return ["--storage-driver", "overlay", "--storage-opt", "overlay.mount_program=\(program)"]
        }
    }
}
