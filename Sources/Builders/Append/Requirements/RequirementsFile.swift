internal import FoundationEssentials
internal import LaunchFiles
internal import LaunchPluginKit

/// The packages of a source, as pip may read them: names with versions, markers and hashes, and options of package
/// indexes over https.
///
/// pip also accepts lines that make it execute code of the source, read files of this machine, or insert variables of the
/// environment. So pip does not read the files of the source. It reads files of the same names, which this program
/// writes from the lines that are known to be harmless.
struct RequirementsFile: Sendable, Hashable {
    /// A file for pip: its path, and its lines. Line numbers are those of the source.
    struct Copy: Sendable, Hashable {
        var path: String
        var lines: [String]
    }

    /// The path of the main file in the source.
    let path: String
    /// All files, the main file first.
    private(set) var copies: [Copy] = []

    static let maxBytes = 1 << 20
    static let maxFiles = 32

    /// Reads a file of a source and those that it names with `-r` and `-c`.
    /// - Throws: `.invalid` with file and line.
    init(_ path: String, in context: String) throws(BackendError) {
        let root: SourceRoot
        do throws(LaunchError) {
            root = try SourceRoot(context)
        } catch {
            throw BackendError(source: error)
        }
        try self.init(path) { file throws(BackendError) in
            do throws(LaunchError) {
                return try root.content(of: file, limit: Self.maxBytes)
            } catch {
                throw BackendError(source: error)
            }
        }
    }

    /// - Parameter read: the bytes of a file of the source; nil if it does not exist.
    init(_ path: String, read: (String) throws(BackendError) -> [UInt8]?) throws(BackendError) {
        self.path = path
        var waiting = [(file: path, place: "")]
        var seen: Set<String> = [path]
        while let (file, place) = waiting.popLast() {
            guard let bytes = try read(file) else {
                throw BackendError(
                    .invalid, "\(place): '\(file)' is not in the source.",
                    hint: "Check the path, which is relative to the file, and the patterns of .dockerignore.")
            }
            guard copies.count < Self.maxFiles else {
                throw BackendError(.invalid, "\(path) names more than \(Self.maxFiles) files.")
            }
            var copy = Copy(path: file, lines: [])
            for line in RequirementsLine.all(of: String(decoding: bytes, as: UTF8.self)) {
                let place = "\(file):\(line.number)"
                let written = try line.written(at: place)
                if case .file(let option, let name) = written {
                    let folder = file.split(separator: "/").dropLast().joined(separator: "/")
                    guard !name.hasPrefix("/"), let target = LayerPath.normalized("\(folder)/\(name)") else {
                        throw BackendError(
                            .invalid, "\(place): '\(name)' is not in the source.",
                            hint: "Name a file of the source, relative to \(file).")
                    }
                    if seen.insert(target).inserted { waiting.append((target, place)) }
                    copy.add("\(option) \(name)", at: line.number)
                } else if case .line(let text) = written {
                    copy.add(text, at: line.number)
                }
            }
            copies.append(copy)
        }
    }

    /// The lines of all files, without empty ones: what the choice of packages depends on.
    var text: String {
        copies.map { copy in "\(copy.path)\n" + copy.lines.filter { !$0.isEmpty }.joined(separator: "\n") }
            .joined(separator: "\n\n")
    }

    /// Whether no package is named.
    var isEmpty: Bool { copies.allSatisfy { $0.lines.allSatisfy { $0.isEmpty || $0.hasPrefix("-") } } }
}

extension RequirementsFile.Copy {
    fileprivate mutating func add(_ text: String, at number: Int) {
        while lines.count < number - 1 { lines.append("") }
        lines.append(text)
    }
}
