/// The files of a code channel: the entries of a folder with each link replaced by what it names. Pure.
///
/// Objects have neither links nor modes, so a link inside the folder becomes a copy of its target, and the executable
/// files are listed for the script that starts the command.
struct CodeTree {
    /// An entry that cannot become an object, or a file of it.
    struct Problem: Hashable {
        var path: String
        var why: String
    }

    private(set) var files: [CodeFolder.File] = []
    /// The paths of the executable files, sorted.
    private(set) var executables: [String] = []
    private(set) var problems: [Problem] = []

    /// The maximum number of links on the way to one file, as in Linux.
    private static let mostLinks = 40
    /// Links to folders can name the same files repeatedly.
    private static let mostFiles = 1_000_000

    private let entries: [String: (entry: ContextEntry, content: String)]
    private let children: [String: [String]]

    /// - Parameters:
    ///   - list: the entries of a folder.
    ///   - contents: the hash of each file's content in the order of the entries; without it, files have an empty hash.
    init(_ list: [ContextEntry], contents: [String?]? = nil) {
        var entries: [String: (entry: ContextEntry, content: String)] = [:]
        var children: [String: [String]] = [:]
        for (index, entry) in list.enumerated() {
            entries[entry.path] = (entry, contents?[index] ?? "")
            children[Self.parent(entry.path), default: []].append(entry.path)
        }
        (self.entries, self.children) = (entries, children)
        for path in children[""] ?? [] { add(path, as: path, above: [""]) }
        files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        executables.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// - Throws: `.invalid` with the paths of the problems.
    func refuseProblems(shownAs folder: String, ruleFile: String = ".launchignore") throws(LaunchError) {
        guard !problems.isEmpty else { return }
        let shown = problems.prefix(20).map { "'\($0.path)' \($0.why)" }.joined(separator: "; ")
        let more = problems.count > 20 ? "; and \(problems.count - 20) more" : ""
        throw LaunchError(
            .invalid, "the code folder '\(folder)' has entries that cannot be objects of a channel: \(shown)\(more).",
            hint: "Change them, or name them in \(ruleFile).")
    }

    /// Adds what is at a path of the folder under a path of the channel.
    /// - Parameter above: the folders of the folder that the path is in, to find circles.
    private mutating func add(_ source: String, as path: String, above: [String]) {
        guard files.count < Self.mostFiles else {
            if problems.last?.path != path, files.count == Self.mostFiles {
                problems = [Problem(path: path, why: "is one file more than \(Self.mostFiles), the limit")]
            }
            return
        }
        guard let (entry, content) = entries[source] else { return }
        let name = path.split(separator: "/").last ?? ""
        if name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            // A list of objects is XML, which has no such characters.
            return problems.append(Problem(path: path, why: "has a control character in its name"))
        }
        switch entry.kind {
        case .file:
            files.append(CodeFolder.File(path: path, source: source, size: entry.size, content: content))
            if entry.mode & 0o100 != 0 { executables.append(path) }
        case .folder:
            for child in children[source] ?? [] {
                add(child, as: "\(path)/\(Self.name(child))", above: above + [source])
            }
        case .link(let target):
            switch resolved(target, from: Self.parent(source)) {
            case .failure(let fault):
                problems.append(Problem(path: path, why: "is a link to '\(target)', \(fault.why)"))
            case .success(let found):
                guard !above.contains(found) else {
                    problems.append(
                        Problem(path: path, why: "is a link to '\(target)', which is a folder above itself"))
                    return
                }
                add(found, as: path, above: above)
            }
        }
    }

    private struct Fault: Error {
        var why: String
    }

    /// The path of the file or folder that a link leads to, through further links.
    private func resolved(_ target: String, from folder: String) -> Result<String, Fault> {
        guard !target.hasPrefix("/") else { return .failure(Fault(why: "an absolute path")) }
        var place = folder.isEmpty ? [] : folder.split(separator: "/").map(String.init)
        var rest = target.split(separator: "/").map(String.init)
        var links = 0
        while !rest.isEmpty {
            let part = rest.removeFirst()
            if part == "." { continue }
            if part == ".." {
                guard !place.isEmpty else { return .failure(Fault(why: "which leads out of the folder")) }
                place.removeLast()
                continue
            }
            let path = (place + [part]).joined(separator: "/")
            guard let (entry, _) = entries[path] else {
                return .failure(Fault(why: "which does not exist or is left out"))
            }
            guard case .link(let next) = entry.kind else {
                place.append(part)
                continue
            }
            links += 1
            guard links <= Self.mostLinks else { return .failure(Fault(why: "which leads through too many links")) }
            guard !next.hasPrefix("/") else { return .failure(Fault(why: "which leads to an absolute path")) }
            rest = next.split(separator: "/").map(String.init) + rest
        }
        return .success(place.joined(separator: "/"))
    }

    private static func parent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private static func name(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }
}
