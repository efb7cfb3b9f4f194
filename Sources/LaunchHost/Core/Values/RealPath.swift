internal import FoundationEssentials

/// Resolves symbolic links and `..` in paths of this machine.
package enum RealPath {
    /// The path without symbolic links, `.` and `..`. Components that do not exist stay unchanged.
    package static func of(_ path: String) -> String {
        var done: [Substring] = []
        var rest = Array(path.split(separator: "/").reversed())
        // The limit of Linux.
        var links = 40
        while let part = rest.popLast() {
            if part == ".." { _ = done.popLast() }
            guard part != ".", part != ".." else { continue }
            let next = "/" + (done + [part]).joined(separator: "/")
            guard links > 0, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: next) else {
                done.append(part)
                continue
            }
            links -= 1
            if target.hasPrefix("/") { done = [] }
            rest += target.split(separator: "/").reversed()
        }
        return "/" + done.joined(separator: "/")
    }

    /// Whether `path` is the folder or is inside it. Both must be real paths.
    package static func isWithin(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? folder : folder + "/")
    }

    package static func components(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }
}
