internal import CLaunchLinux
internal import Glibc
internal import LaunchCore

/// Opens a path below a folder one component at a time, for kernels without `openat2`.
struct PathWalk {
    /// The descriptor of the folder, which stays open.
    let root: Int32
    /// Whether links that stay inside the folder are followed.
    let followsLinks: Bool
    /// Whether paths are raw names.
    var takesRawNames = false

    private static let maxLinks = 40

    /// Returns the descriptor, or -1 and the reason: `EXDEV` for a path that leaves the folder, `ELOOP` for a link that
    /// is not followed.
    func open(_ path: String, _ flags: Int32) -> (descriptor: Int32, code: Int32) {
        guard !path.hasPrefix("/") else { return (-1, EXDEV) }
        var rest = Self.components(path)
        // The open folders from the root, without the root itself.
        var folders: [Int32] = []
        defer { for folder in folders { close(folder) } }
        var links = 0
        while let name = rest.popFirst() {
            if name == ".." {
                guard let last = folders.popLast() else { return (-1, EXDEV) }
                close(last)
                continue
            }
            let parent = folders.last ?? root
            if let target = target(name, in: parent) {
                links += 1
                guard followsLinks, links <= Self.maxLinks else { return (-1, ELOOP) }
                guard !target.hasPrefix("/") else { return (-1, EXDEV) }
                rest = (Self.components(target) + rest)[...]
                continue
            }
            guard !rest.isEmpty else {
                let opened = RawName.withPath(name, isRaw: takesRawNames) {
                    openat(parent, $0, flags | O_NOFOLLOW | O_CLOEXEC)
                }
                return (opened, opened < 0 ? errno : 0)
            }
            let folder = RawName.withPath(name, isRaw: takesRawNames) {
                openat(parent, $0, launch_path_only | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            }
            guard folder >= 0 else { return (-1, errno) }
            folders.append(folder)
        }
        // The path ends in `..`, or is the root.
        let opened = openat(folders.last ?? root, ".", flags | O_CLOEXEC)
        return (opened, opened < 0 ? errno : 0)
    }

    private static func components(_ path: String) -> ArraySlice<String> {
        path.split(separator: "/").map(String.init).filter { $0 != "." }[...]
    }

    /// The target of a link; nil if the entry is not a link.
    private func target(_ name: String, in folder: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { buffer in
                RawName.withPath(name, isRaw: takesRawNames) { readlinkat(folder, $0, buffer, bytes.count) }
            } ?? -1
        }
        guard count >= 0 else { return nil }
        let bytes = buffer.prefix(count)
        return takesRawNames ? RawName.text(bytes) : String(decoding: bytes, as: UTF8.self)
    }
}
