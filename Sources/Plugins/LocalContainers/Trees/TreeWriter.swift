internal import FoundationEssentials
internal import Glibc
internal import LaunchArchive
internal import LaunchOwnership
package import LaunchPluginKit

/// Writes folders of one or several containers into one folder of this machine.
///
/// Containers are not trusted. Links are created after all other entries, so nothing is written through a link. Links
/// that lead out of the tree are omitted.
package struct TreeWriter {
    let root: String
    private let budget: WriteBudget
    /// True if the name of the container's folder is part of the paths.
    private let keepsName: Bool
    private var noted = TreeNotes()
    private var names = TreeNames()
    private var links: [String: String] = [:]

    /// - Parameters:
    ///   - root: the folder. Its old content is removed.
    ///   - keepsName: true if the container's folder becomes an entry of `root`; false if its entries do.
    package init(root: String, budget: WriteBudget, keepsName: Bool = false) throws(BackendError) {
        self.root = root
        self.budget = budget
        self.keepsName = keepsName
        try? FileManager.default.removeItem(atPath: root)
        try Self.make(root, mode: 0o755)
    }

    /// Deviations from the expected result, as sentences.
    package var notes: [String] { noted.all }
    /// True if nothing was written.
    package var isEmpty: Bool { names.isEmpty && links.isEmpty && Disk.names(in: root).isEmpty }

    /// Adds a host's folder. An empty name means the only host.
    package mutating func add(_ members: consuming FolderMembers, of host: String) async throws(BackendError) {
        names.begin(host)
        var sink: (FileSink, Int64)?
        while let part = try await members.next() {
            switch part {
            case .member(let member):
                try budget.announce(member.kind == .file ? member.size : 0)
                sink = nil
                guard let path = place(member.path) else { continue }
                guard Self.isSafe(path) else {
                    noted.add("\(path.prefix(200)) does not name a path below the folder and was left out.")
                    continue
                }
                sink = try begin(member, path, host).map { ($0, member.modified) }
            case .bytes(let bytes):
                try budget.take(Int64(bytes.count))
                try sink?.0.write(bytes[...])
            case .fileEnd:
                if let (file, modified) = sink { file.date(modified) }
                sink = nil
            }
        }
    }

    private func place(_ path: String) -> String? {
        keepsName ? (path.isEmpty || path == "." ? nil : path) : ContainerFolder.inside(path)
    }

    private mutating func begin(
        _ member: FolderMembers.Member, _ path: String, _ host: String
    ) throws(BackendError) -> FileSink? {
        switch member.kind {
        case .folder:
            let path = names.place(path, isFolder: true, &noted)
            try Self.make("\(root)/\(path)", mode: member.mode)
        case .file:
            let path = try entry(path)
            return try FileSink("\(root)/\(path)", mode: member.mode & 0o777)
        case .link(let target):
            let path = try entry(path)
            Disk.unlink("\(root)/\(path)")
            links[path] = target
        case .hardLink(let target):
            // A hard link's target is an earlier member.
            let known = place(target).flatMap { Self.isSafe($0) ? names.placed($0) : nil }
            if let known, let pointee = links[known] {
                links[try entry(path)] = pointee
                break
            }
            guard let known, case let place = try entry(path), Disk.unlink("\(root)/\(place)") == 0 || errno == ENOENT,
                Disk.link("\(root)/\(known)", "\(root)/\(place)") == 0
            else {
                noted.add("\(path)\(Self.of(host)) is a second name of a missing file and was left out.")
                break
            }
        case .other:
            noted.add("\(path)\(Self.of(host)) is not a file, folder or link and was left out.")
        }
        return nil
    }

    /// The path in the tree for an entry that is not a folder. Creates its parent folders.
    private mutating func entry(_ path: String) throws(BackendError) -> String {
        let path = names.place(path, isFolder: false, &noted)
        links[path] = nil
        if let slash = path.lastIndex(of: "/") { try Self.make("\(root)/\(path[..<slash])", mode: 0o755) }
        return path
    }

    /// Creates the links, and removes entries that must not be kept.
    package mutating func finish() {
        for (path, target) in links.sorted(by: { $0.key < $1.key }) { Disk.symlink(target, "\(root)/\(path)") }
        for note in TreeCleaner(root: root, isOneWhole: !keepsName).clean() { noted.add("\(note).") }
    }

    private static func of(_ host: String) -> String { host.isEmpty ? "" : " of \(host)" }

    /// The largest depth of folders. A path of the system has at most 4,096 bytes.
    private static let depth = 256

    private static func isSafe(_ path: String) -> Bool {
        ArchivePath.isSafe(RawName.bytes(path), maxBytes: 3499, maxComponents: depth)
    }

    /// Creates a folder that its owner can use, and its missing parents.
    private static func make(_ folder: String, mode: UInt16) throws(BackendError) {
        if Disk.mkdir(folder, mode_t(mode & 0o777 | 0o700)) == 0 {
            if let mode = UserMask.mode(UInt32(mode & 0o777 | 0o700)) { Disk.chmod(folder, mode_t(mode)) }
            return
        }
        if errno == EEXIST { return }
        try Disk.makeFolders(folder, mode: 0o755)
    }
}

/// Notes about a tree. Only the first ones are kept, because a container can cause a million of them.
package struct TreeNotes {
    private static let kept = 50
    private var first: [String] = []
    private var count = 0

    package init() {}

    package mutating func add(_ note: String) {
        count += 1
        if first.count < Self.kept { first.append(RawName.shown(note)) }
    }

    package var all: [String] {
        count > first.count ? first + ["\(count - first.count) more such notes are left out."] : first
    }
}
