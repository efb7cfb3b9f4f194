internal import LaunchPluginKit

/// The entries of the layer: which path of the image comes from which entry of the source. Pure but for the check of
/// archives.
struct LayerTree {
    struct Node: Sendable, Hashable {
        /// The path in the image, without a leading slash.
        var path: String
        var entry: SourceListing.Entry
        var user: UInt32
        var group: UInt32
        var mode: UInt16
    }

    /// By the bytes of the path. Texts that differ in bytes may be equal as strings, and are different files.
    private var nodes: [[UInt8]: Node] = [:]

    /// The entries, sorted by the bytes of their paths.
    var sorted: [Node] { nodes.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) } }
    /// The bytes of all files.
    var bytes: Int64 { nodes.values.reduce(0) { $0 + $1.entry.size } }

    init(_ plan: AppendPlan, _ recipe: AppendRecipe, _ listing: SourceListing) throws(BackendError) {
        let entries = Dictionary(listing.entries.map { (Array($0.path.utf8), $0) }) { first, _ in first }
        for copy in plan.copies {
            let step = recipe.steps[copy.step]
            for source in copy.sources { try add(source, entries, copy, step, recipe, listing) }
        }
        try check(recipe)
    }

    private mutating func add(
        _ source: String, _ entries: [[UInt8]: SourceListing.Entry], _ copy: AppendPlan.Copy, _ step: AppendRecipe.Step,
        _ recipe: AppendRecipe,
        _ listing: SourceListing
    ) throws(BackendError) {
        let found = source.isEmpty ? [""] : Self.matches(of: source, in: listing.entries)
        guard !found.isEmpty else {
            throw recipe.error(
                "'\(source)' is not in the source", at: step,
                hint: "Check the path, and that no pattern of .dockerignore excludes it.")
        }
        let isFolder = copy.isFolder || isFolder(copy.target)
        guard isFolder || found.count == 1 else {
            throw recipe.error(
                "'\(source)' is \(found.count) files, and their target '/\(copy.target)' is not a folder", at: step,
                hint: "Write a '/' at the end of the target.")
        }
        for path in found {
            let entry = entries[Array(path.utf8)]
            switch entry?.kind {
            case nil, .folder: try addFolder(path, copy, listing)
            case .link:
                throw recipe.error(
                    "'\(path)' is a link, and a copy of a link by its name copies what it leads to", at: step,
                    hint: "Copy the file that it leads to, or the folder that the link is in.")
            case .file:
                guard let entry else { continue }
                if copy.recipe.isAdd, try Self.isArchive(entry, listing) {
                    throw recipe.error(
                        "ADD unpacks the archive '\(path)'", at: step,
                        hint: "Set builder: {type: docker} for this source, or COPY the unpacked files.")
                }
                let name = path.split(separator: "/").last.map(String.init) ?? path
                guard isFolder || Self.isFileName(copy.target, for: name) else {
                    throw recipe.error(
                        "it is not known whether '/\(copy.target)' is a folder of the base image or the new name of '\(path)'",
                        at: step, hint: "Write '/\(copy.target)/' for a folder, or copy the file under its own name.")
                }
                let target = isFolder ? Self.joined(copy.target, name) : copy.target
                add(entry, at: target, copy)
            }
        }
    }

    /// All entries below a folder; not the folder itself, which may exist with another mode.
    private mutating func addFolder(
        _ path: String, _ copy: AppendPlan.Copy, _ listing: SourceListing
    ) throws(BackendError) {
        let prefix = path.isEmpty ? "" : "\(path)/"
        for entry in listing.entries where entry.path.utf8.starts(with: prefix.utf8) {
            let rest = String(decoding: entry.path.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
            add(entry, at: Self.joined(copy.target, rest), copy)
        }
    }

    private mutating func add(_ entry: SourceListing.Entry, at path: String, _ copy: AppendPlan.Copy) {
        let mode = entry.kind == .file || entry.kind == .folder ? copy.recipe.mode ?? entry.mode : entry.mode
        nodes[Array(path.utf8)] = Node(
            path: path, entry: entry, user: copy.recipe.user, group: copy.recipe.group, mode: mode)
    }

    /// Whether an earlier copy has made the path a folder.
    private func isFolder(_ path: String) -> Bool {
        nodes[Array(path.utf8)]?.entry.kind == .folder || nodes.keys.contains { $0.starts(with: "\(path)/".utf8) }
    }

    private func check(_ recipe: AppendRecipe) throws(BackendError) {
        for node in sorted {
            if let why = LayerPath.refusal(of: node.path) {
                throw BackendError(.invalid, "The layer cannot have '\(node.entry.path)' of the source: \(why).")
            }
            var parent = Array(node.path.utf8)[...]
            while let slash = parent.lastIndex(of: UInt8(ascii: "/")) {
                parent = parent[..<slash]
                if let above = nodes[Array(parent)], above.entry.kind != .folder {
                    throw BackendError(
                        .invalid,
                        "The layer would have '/\(node.path)' below '/\(above.path)', which is not a folder.",
                        hint: "Copy one of the two elsewhere.")
                }
            }
        }
    }

    private static func joined(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : "\(folder)/\(name)"
    }

    /// A last component with an extension, or the file's own name, is the name of a file.
    private static func isFileName(_ target: String, for name: String) -> Bool {
        guard let last = target.split(separator: "/").last else { return false }
        return last == name || last.dropFirst().contains(".")
    }

    /// The paths that a path or a pattern means. `*` and `?` do not match a slash.
    private static func matches(of pattern: String, in entries: [SourceListing.Entry]) -> [String] {
        guard pattern.contains(where: { $0 == "*" || $0 == "?" }) else {
            return entries.contains { $0.path.utf8.elementsEqual(pattern.utf8) } ? [pattern] : []
        }
        let globs = pattern.split(separator: "/").map { ShellGlob(String($0)) }
        return entries.map(\.path).filter { path in
            let parts = path.split(separator: "/")
            guard parts.count == globs.count else { return false }
            return zip(globs, parts).allSatisfy { $0.withoutPrefix(of: String($1), longest: true).isEmpty }
        }
    }

    /// Whether docker would unpack a file: a tar archive, plain or compressed.
    private static func isArchive(_ entry: SourceListing.Entry, _ listing: SourceListing) throws(BackendError) -> Bool {
        guard entry.kind == .file, entry.size > 0 else { return false }
        let start = try LayerFile.start(of: entry.path, in: listing.root)
        let magics: [[UInt8]] = [
            [0x1F, 0x8B], Array("BZh".utf8), [0xFD, 0x37, 0x7A, 0x58, 0x5A], [0x28, 0xB5, 0x2F, 0xFD],
        ]
        return magics.contains { start.starts(with: $0) } || start.dropFirst(257).starts(with: Array("ustar".utf8))
    }
}
