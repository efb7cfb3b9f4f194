internal import Glibc

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

    /// Finds the rules for a build of `dockerfile` in the context `root`, both without links.
    /// - Throws: `.invalid` where they cannot be read.
    init(root: String, dockerfile: String, shownAs folder: String) throws(LaunchError) {
        self.dockerfile = dockerfile
        for candidate in ["\(dockerfile)\(Self.fileName)", Self.fileName] {
            let shown = "\(folder)/\(candidate)"
            do {
                let real = try FileSystem.realPath("\(root)/\(candidate)")
                guard let text = String(validating: try FileSystem.bytes(of: real), as: UTF8.self) else {
                    throw LaunchError(.invalid, "\(shown) is not UTF-8 text.")
                }
                ignore = try DockerIgnore(parsing: text, file: shown)
                file = candidate
                return
            } catch let failure as FileSystem.Failure {
                guard failure.isMissing else {
                    throw LaunchError(.invalid, "\(shown) cannot be read: \(failure.why).")
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

extension FileSystem {
    /// The whole of a small file: at most 16 MiB, which no text that people write comes near.
    static func bytes(of path: String) throws(Failure) -> [UInt8] {
        let file = try File(reading: path)
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try file.read(into: &buffer)
            if count == 0 { return content }
            content += buffer.prefix(count)
            guard content.count <= 16 << 20 else { throw Failure(code: EFBIG, path: path) }
        }
    }
}
