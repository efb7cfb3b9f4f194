/// Which rules a context is under, and how they are handed on to whoever builds from its snapshot.
///
/// A builder applies the `.dockerignore` that it finds in a snapshot a second time. The same rules on what they left
/// leave the same, so the file that gave the rules stays where Docker would show it to `COPY`. Any other
/// `.dockerignore` is left out of the snapshot. That includes the one that a `<Dockerfile>.dockerignore` took precedence
/// of, which the classic builder, not knowing that precedence, would apply. A Dockerfile that the rules leave out must be
/// in the snapshot, but hidden from `COPY`: then a `.dockerignore` that names just the two is put in.
struct ContextRules {
    /// The name that Docker looks for in the root of a context.
    static let fileName = ".dockerignore"

    /// The rules; none where there is no file.
    var ignore: DockerIgnore
    /// Where they stand, relative to the context; nil where there is no file.
    var file: String?
    /// The Dockerfile, relative to the context.
    var dockerfile: String

    /// The most bytes of a file of rules. It has a line for each rule, and people write far fewer.
    static let limit = 1 << 20

    /// Finds the rules for a build of `dockerfile` in the context `root`.
    /// - Throws: `.invalid` where they cannot be read, also where a link leads out of the context.
    init(root: SourceRoot, dockerfile: String, shownAs folder: String) throws(LaunchError) {
        self.dockerfile = dockerfile
        for candidate in ["\(dockerfile)\(Self.fileName)", Self.fileName] {
            let shown = "\(folder)/\(candidate)"
            do {
                let bytes = try root.bytes(of: candidate, limit: Self.limit, links: .inside)
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw LaunchError(.invalid, "\(shown) is not UTF-8 text.")
                }
                ignore = try DockerIgnore(parsing: text, file: shown)
                file = candidate
                return
            } catch let failure as FileSystem.Failure {
                guard failure.isMissing else {
                    throw SourceRoot.error(failure, file: shown, limit: Self.limit)
                }
            } catch let error as LaunchError {
                throw error
            } catch {
                throw LaunchError(.internalFault, "\(shown) cannot be read: \(error).")
            }
        }
        ignore = .none
    }

    /// The entries of the snapshot, from those of the folder.
    func applied(to entries: [ContextEntry]) -> [ContextEntry] {
        let keepsFile = file == Self.fileName && !ignore.excludes(Self.fileName)
        if keepsFile { return entries }
        var result = entries.filter { $0.path != Self.fileName }
        if ignore.excludes(dockerfile) {
            var made = ContextEntry(path: Self.fileName, kind: .file, mode: 0o644)
            made.generated = Array("\(Self.fileName)\n\(Self.escaped(dockerfile))\n".utf8)
            made.size = Int64(made.generated?.count ?? 0)
            result.append(made)
            result.sort(by: ContextEntry.precedes)
        }
        return result
    }

    /// A path as a pattern that matches only itself.
    static func escaped(_ path: String) -> String {
        var text = ""
        for (index, scalar) in path.unicodeScalars.enumerated() {
            let isSpecial = "*?[]\\".unicodeScalars.contains(scalar) || index == 0 && (scalar == "!" || scalar == "#")
            text += isSpecial ? "\\\(scalar)" : "\(scalar)"
        }
        return text
    }
}
