/// Resolves names that several hosts use in one tree.
///
/// Of two files with one name, the later host's is kept. If one host has a file or link and another a folder, both
/// are kept: the later host's as `NAME.HOST`.
struct TreeNames {
    private struct Entry {
        var isFolder: Bool
        var host: String
    }

    private var entries: [String: Entry] = [:]
    private var host = ""
    /// The renamed entries of this host, because another host uses the name for another kind of entry.
    private var renamed: [String: String] = [:]

    var isEmpty: Bool { !entries.contains { !$0.value.isFolder } }

    /// Entries from now on belong to this host.
    mutating func begin(_ host: String) {
        self.host = host
        renamed = [:]
    }

    /// The path in the tree for an entry of the host. Adds a note for a conflict.
    mutating func place(_ path: String, isFolder: Bool, _ notes: inout TreeNotes) -> String {
        var placed = ""
        var original = ""
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let wantsFolder = isFolder || !isLast
            original += original.isEmpty ? "\(part)" : "/\(part)"
            placed += placed.isEmpty ? "\(part)" : "/\(part)"
            if let known = renamed[original] {
                placed = known
            } else if let other = entries[placed], other.isFolder != wantsFolder {
                let free = freeName(placed)
                notes.add(
                    "\(original) is a \(other.isFolder ? "folder" : "file")\(of(other.host)) and a "
                        + "\(wantsFolder ? "folder" : "file")\(of(host)); the latter's was kept as \(free).")
                renamed[original] = free
                placed = free
            } else if isLast, !isFolder, let other = entries[placed], other.host != host {
                notes.add("\(placed) was written by \(other.host) and by \(host); the latter's was kept.")
            }
            if isLast || entries[placed] == nil { entries[placed] = Entry(isFolder: wantsFolder, host: host) }
        }
        return placed
    }

    /// The path of an earlier entry of this host; nil if there is none.
    func placed(_ path: String) -> String? {
        var placed = ""
        var original = ""
        for part in path.split(separator: "/") {
            original += original.isEmpty ? "\(part)" : "/\(part)"
            placed = renamed[original] ?? (placed.isEmpty ? "\(part)" : "\(placed)/\(part)")
        }
        return entries[placed] == nil ? nil : placed
    }

    private func of(_ host: String) -> String { host.isEmpty ? "" : " of \(host)" }

    private func freeName(_ path: String) -> String {
        let name = "\(path).\(host.isEmpty ? "2" : host)"
        guard entries[name] != nil else { return name }
        return (2...).lazy.map { "\(name)-\($0)" }.first { entries[$0] == nil } ?? name
    }
}
