internal import FoundationEssentials

/// Paths of this machine with every symbolic link and `..` followed.
public enum RealPath {
    /// The path without links, `.` and `..`. Parts that do not exist stay as they are.
    public static func of(_ path: String) -> String {
        var done: [Substring] = []
        var rest = Array(path.split(separator: "/").reversed())
        // As many as Linux follows.
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

    /// Whether `path` is the folder or lies in it. Both are real paths.
    public static func isWithin(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? folder : folder + "/")
    }

    static func components(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }
}
