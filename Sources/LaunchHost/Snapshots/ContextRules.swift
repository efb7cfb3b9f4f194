/// The ignore rules of a context, and how its snapshot passes them to the builder.
///
/// A builder applies the `.dockerignore` of a snapshot a second time. Applying the same rules again has no effect, so
/// the file that contains the rules stays where Docker shows it to `COPY`. Any other `.dockerignore` is omitted from
/// the snapshot. This includes one that a `<Dockerfile>.dockerignore` takes precedence over: the classic builder does
/// not know that precedence and would apply it. A Dockerfile that the rules exclude must be in the snapshot but hidden
/// from `COPY`. In this case the snapshot gets a `.dockerignore` that names only the Dockerfile and itself.
struct ContextRules {
    /// The name of the file that Docker reads in the root of a context.
    static let fileName = ".dockerignore"

    /// The rules; empty if the file does not exist.
    var ignore: DockerIgnore
    /// The path of the file relative to the context; nil if it does not exist.
    var file: String?
    /// The Dockerfile, relative to the context; empty for a source without one.
    var dockerfile: String

    /// The maximum size of a file of rules in bytes. A file has one line for each rule, so real files are far smaller.
    static let limit = 1 << 20

    /// Finds the rules for a build of `dockerfile` in the context `root`.
    /// - Throws: `.invalid` if the rules cannot be read, for instance because a link points outside the context.
    init(root: SourceRoot, dockerfile: String, shownAs folder: String) throws(LaunchError) {
        self.dockerfile = dockerfile
        for candidate in ["\(dockerfile)\(Self.fileName)", Self.fileName].uniqued {
            guard let rules = try Self.rules(in: candidate, of: root, shownAs: folder) else { continue }
            ignore = rules
            file = candidate
            return
        }
        ignore = .none
    }

    /// The rules of one file in a folder; nil if the file does not exist.
    /// - Throws: as `init`.
    static func rules(
        in file: String, of root: SourceRoot, shownAs folder: String
    ) throws(LaunchError) -> DockerIgnore? {
        let shown = "\(folder)/\(file)"
        do {
            let bytes = try root.bytes(of: file, limit: limit, links: .inside)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw LaunchError(.invalid, "\(shown) is not UTF-8 text.")
            }
            return try DockerIgnore(parsing: text, file: shown)
        } catch let failure as FileSystem.Failure {
            guard failure.isMissing else { throw SourceRoot.error(failure, file: shown, limit: limit) }
            return nil
        } catch let error as LaunchError {
            throw error
        } catch {
            throw LaunchError(.internalFault, "\(shown) cannot be read: \(error).")
        }
    }

    /// The entries of the snapshot for these entries of the folder.
    func applied(to entries: [ContextEntry]) -> [ContextEntry] {
        let keepsFile = file == Self.fileName && !ignore.excludes(Self.fileName)
        if keepsFile { return entries }
        var result = entries.filter { $0.path != Self.fileName }
        if !dockerfile.isEmpty, ignore.excludes(dockerfile) {
            var made = ContextEntry(path: Self.fileName, kind: .file, mode: 0o644)
            made.generated = Array("\(Self.fileName)\n\(Self.escaped(dockerfile))\n".utf8)
            made.size = Int64(made.generated?.count ?? 0)
            result.append(made)
            result.sort(by: ContextEntry.precedes)
        }
        return result
    }

    /// A pattern that matches only this path.
    static func escaped(_ path: String) -> String {
        var text = ""
        for (index, scalar) in path.unicodeScalars.enumerated() {
            let isSpecial = "*?[]\\".unicodeScalars.contains(scalar) || index == 0 && (scalar == "!" || scalar == "#")
            text += isSpecial ? "\\\(scalar)" : "\(scalar)"
        }
        return text
    }
}
