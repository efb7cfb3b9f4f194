internal import Glibc

/// The content of a context folder after its rules are applied: a sorted list of entries without their bytes.
public struct ContextScan: Sendable {
    /// The absolute path of the folder without links.
    public let folder: String
    /// The entries, sorted by the bytes of their paths.
    public internal(set) var entries: [ContextEntry]
    /// Warnings for the user: skipped devices, an unusually large context.
    public let warnings: [Diagnostic]

    /// The paths of files and folders that the rules exclude, sorted; without what is inside excluded folders.
    let leftOut: [String]

    /// The size of all files, in bytes.
    public var bytes: Int64 { entries.reduce(0) { $0 + $1.size } }
    /// Larger contexts cause a warning: 1 GB.
    static let largeSize: Int64 = 1_000_000_000

    /// Reads a folder without following links.
    /// - Parameters:
    ///   - folder: the context.
    ///   - rules: the ignore rules. Excluded folders are not read, except if an exception may match inside.
    ///   - needed: paths that are included regardless of the rules: the Dockerfile.
    ///   - work: gets the progress, and can cancel the scan.
    /// - Throws: `.invalid` if the path is not a folder, if entries cannot be read (the message names all of them), or
    ///   if a name is not UTF-8.
    init(
        of folder: String, ignoring rules: DockerIgnore, needed: [String] = [], dropping: Set<String> = [],
        work: SourceWork
    ) throws(LaunchError) {
        let root = try Self.root(folder)
        var walk = ContextWalk(
            root: try SourceRoot(root), rules: rules, needed: needed, dropping: dropping, limits: work.limits,
            meter: work.meter(.scan))
        try walk.visit("", in: nil, depth: 0)
        try walk.refuseUnreadable(shownAs: folder)
        entries = walk.entries.sorted(by: ContextEntry.precedes)
        self.folder = root
        leftOut = walk.excluded.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var warnings = walk.warnings
        if walk.leftOut > warnings.count {
            warnings.append(
                Diagnostic(
                    .warning, "\(walk.leftOut - warnings.count) more sockets, pipes and devices are left out",
                    file: folder))
        }
        self.warnings = warnings + Self.sizeWarning(entries, folder: folder, work.limits)
    }

    static func root(_ folder: String) throws(LaunchError) -> String {
        do {
            let root = try FileSystem.realPath(folder)
            guard try FileSystem.status(root).st_mode & S_IFMT == S_IFDIR else {
                throw LaunchError(
                    .invalid, "the source '\(folder)' is a file, and a folder is needed.",
                    hint: "Name the folder that it is in.")
            }
            return root
        } catch let failure as FileSystem.Failure {
            if failure.isMissing {
                throw LaunchError(.invalid, "the source folder '\(folder)' does not exist.")
            }
            throw LaunchError(.invalid, "the source folder '\(folder)' cannot be read: \(failure.why).")
        } catch let error as LaunchError {
            throw error
        } catch {
            throw LaunchError(.internalFault, "the source folder '\(folder)' cannot be read: \(error).")
        }
    }

    private static func sizeWarning(
        _ entries: [ContextEntry], folder: String, _ limits: SourceLimits
    ) -> [Diagnostic] {
        let total = entries.reduce(0) { $0 + $1.size }
        guard total > largeSize else { return [] }
        var sizes: [String: Int64] = [:]
        for entry in entries {
            sizes[entry.path.split(separator: "/").first.map(String.init) ?? entry.path, default: 0] += entry.size
        }
        let largest = sizes.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(3)
            .map { "'\($0.key)' (\(megabytes($0.value)))" }.joined(separator: ", ")
        return [
            Diagnostic(
                .warning, "the source is \(megabytes(total)) large; the most is in \(largest)",
                hint: limits.advice, file: folder)
        ]
    }

    private static func megabytes(_ bytes: Int64) -> String { "\(bytes / 1_000_000) MB" }
}

/// Collects the entries of a context recursively.
private struct ContextWalk {
    let root: SourceRoot
    let rules: DockerIgnore
    let needed: [String]
    let dropping: Set<String>
    let limits: SourceLimits
    var meter: SourceWork.Meter
    var entries: [ContextEntry] = []
    var warnings: [Diagnostic] = []
    /// The number of sockets, pipes and devices that were skipped.
    var leftOut = 0
    var unreadable: [FileSystem.Failure] = []
    /// The excluded paths: a list for people, so it is cut after the first ones.
    var excluded: [String] = []

    init(
        root: SourceRoot, rules: DockerIgnore, needed: [String], dropping: Set<String>, limits: SourceLimits,
        meter: SourceWork.Meter
    ) {
        self.root = root
        self.rules = rules
        self.needed = needed
        self.dropping = dropping
        self.limits = limits
        self.meter = meter
    }

    /// Reads a folder; `path` is relative, and empty for the context itself.
    mutating func visit(_ path: String, in verdict: DockerIgnore.Verdict?, depth: Int) throws(LaunchError) {
        guard depth <= SourceLimits.depth else { throw limits.tooDeep(path) }
        let names: [[UInt8]]
        do {
            names = try root.names(in: path)
        } catch {
            unreadable.append(error)
            return
        }
        for name in names {
            guard let text = String(validating: name, as: UTF8.self) else { throw notText(name, in: path) }
            let child = path.isEmpty ? text : "\(path)/\(text)"
            guard !dropping.contains(text) else {
                exclude(child)
                continue
            }
            try take(child, rules.verdict(on: child, in: verdict), depth: depth)
        }
    }

    private mutating func take(_ path: String, _ verdict: DockerIgnore.Verdict, depth: Int) throws(LaunchError) {
        let isWanted = !verdict.isExcluded || needed.contains(path)
        do {
            let status = try root.status(path)
            var entry = ContextEntry(path: path, kind: .file, mode: UInt32(status.st_mode & 0o7777))
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                entry.kind = .folder
                try takeFolder(entry, verdict, isWanted: isWanted, depth: depth)
                return
            case _ where !isWanted:
                exclude(path)
                return
            case S_IFREG:
                entry.size = Int64(status.st_size)
                if !root.mayRead(path) {
                    throw FileSystem.Failure(code: EACCES, path: path)
                }
            case S_IFLNK:
                let target = try root.linkTarget(path)
                guard let text = String(validating: target, as: UTF8.self) else { throw notText(target, in: path) }
                entry.kind = .link(target: text)
                entry.mode = 0o777
            default:
                leaveOut(path)
                return
            }
            entries.append(entry)
            try meter.add(entries: 1, bytes: entry.size)
        } catch let failure as FileSystem.Failure {
            // An entry that was removed during the scan counts as never present.
            if !failure.isMissing { unreadable.append(failure) }
        } catch let error as LaunchError {
            throw error
        } catch {
            throw LaunchError(.internalFault, "'\(path)' cannot be read: \(error).")
        }
    }

    /// Warns about the first 20. A source may contain a million of them.
    private mutating func leaveOut(_ path: String) {
        leftOut += 1
        guard leftOut <= 20 else { return }
        warnings.append(
            Diagnostic(
                .warning, "'\(path)' is a socket, a pipe or a device and is left out of the source", file: path))
    }

    private mutating func takeFolder(
        _ folder: ContextEntry, _ verdict: DockerIgnore.Verdict, isWanted: Bool, depth: Int
    ) throws(LaunchError) {
        if isWanted {
            entries.append(folder)
            try meter.add(entries: 1)
            try visit(folder.path, in: verdict, depth: depth + 1)
        } else if rules.mayTakeBack(inside: folder.path) || needed.contains(where: { $0.hasPrefix("\(folder.path)/") })
        {
            let count = entries.count
            try visit(folder.path, in: verdict, depth: depth + 1)
            // An excluded folder is included if something in it is included.
            if entries.count > count { entries.append(folder) }
        } else {
            exclude(folder.path + "/")
        }
    }

    private mutating func exclude(_ path: String) {
        if excluded.count < 1000 { excluded.append(path) }
    }

    private func notText(_ bytes: [UInt8], in path: String) -> LaunchError {
        let shown = String(decoding: bytes, as: UTF8.self)
        let place = path.isEmpty ? "" : " in '\(path)'"
        return LaunchError(
            .invalid, "the name '\(shown)'\(place) of the source is not UTF-8 text.",
            hint: "Rename it, or name its folder in \(limits.ruleFile).")
    }

    func refuseUnreadable(shownAs folder: String) throws(LaunchError) {
        guard !unreadable.isEmpty else { return }
        let shown = unreadable.map { failure in
            let prefix = "\(root.path)/"
            let path = failure.path.hasPrefix(prefix) ? String(failure.path.dropFirst(prefix.count)) : failure.path
            return "'\(path)' (\(failure.why))"
        }.sorted()
        let more = shown.count > 20 ? ", and \(shown.count - 20) more" : ""
        throw LaunchError(
            .denied,
            "the source '\(folder)' has entries that cannot be read: \(shown.prefix(20).joined(separator: ", "))\(more).",
            hint: "Make them readable, or name them in \(limits.ruleFile).")
    }
}
