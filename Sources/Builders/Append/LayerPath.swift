/// The rules for paths in a layer.
enum LayerPath {
    /// The path without a leading slash, `.`, `..` and empty components; nil if `..` leads above the root.
    static func normalized(_ path: String) -> String? {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }

    /// Folders that are links in most images. A layer with files below one of them would replace the link by a folder, and
    /// hide what it leads to. The base image's files are not read, so this is all that is known of its links.
    private static let links: Set<Substring> = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"]
    /// Folders that an engine mounts over.
    private static let mounted: Set<Substring> = ["proc", "sys", "dev"]

    /// Why a layer cannot have this path, as a clause; nil if it can.
    static func refusal(of path: String) -> String? {
        let parts = path.split(separator: "/")
        guard let first = parts.first else { return nil }
        if links.contains(first) {
            return "'/\(path)' is below '/\(first)', which is a link to '/usr/\(first)' in most images; "
                + "use '/usr/\(path)' or another folder"
        }
        if mounted.contains(first) || path == "var/run" || path.hasPrefix("var/run/") {
            return "'/\(path)' is in a folder that a container has for itself"
        }
        if let marker = parts.first(where: { $0.hasPrefix(".wh.") }) {
            return "'\(marker)' in '/\(path)' is a name that removes files of the layers below"
        }
        return nil
    }
}
