internal import FoundationEssentials
internal import Glibc
internal import LaunchHost

/// Merges folders of several containers into one folder of this machine.
///
/// Containers are not trusted: links are made when all else is written, so that nothing is ever written through one, and
/// those that lead out are left away.
struct TreeWriter {
    let root: String
    /// What went other than expected, in sentences.
    private(set) var notes: [String] = []
    /// Files by path, with the host that each came from.
    private var origins: [String: String] = [:]
    private var links: [String: String] = [:]

    init(root: String) throws(BackendError) {
        self.root = root
        try? FileManager.default.removeItem(atPath: root)
        try Self.make(root)
    }

    /// Whether anything was written.
    var isEmpty: Bool { origins.isEmpty && links.isEmpty && TreeCleaner.entries(root).isEmpty }

    /// Adds a host's folder.
    mutating func add(_ members: consuming TarReader, of host: String) async throws(BackendError) {
        var sink: (FileSink, Int64)?
        while let part = try await members.next() {
            switch part {
            case .member(let member):
                guard let path = ContainerFolder.inside(member.path), isSafe(path) else {
                    sink = nil
                    continue
                }
                sink = try begin(member, path, host).map { ($0, member.modified) }
            case .bytes(let bytes): try sink?.0.write(bytes)
            case .fileEnd:
                if let (file, modified) = sink { file.date(modified) }
                sink = nil
            }
        }
    }

    private mutating func begin(
        _ member: TarReader.Member, _ path: String, _ host: String
    ) throws(BackendError) -> FileSink? {
        switch member.kind {
        case .folder:
            try Self.make("\(root)/\(path)")
        case .file:
            note(path, host)
            if let slash = path.lastIndex(of: "/") { try Self.make("\(root)/\(path[..<slash])") }
            return try FileSink("\(root)/\(path)", mode: member.mode & 0o777)
        case .link(let target):
            note(path, host)
            links[path] = target
        case .hardLink(let target):
            note(path, host)
            if let inside = ContainerFolder.inside(target), isSafe(inside) {
                unlink("\(root)/\(path)")
                link("\(root)/\(inside)", "\(root)/\(path)")
            }
        case .other:
            notes.append("\(path) of \(host) is no file, folder or link and was left out.")
        }
        return nil
    }

    private mutating func note(_ path: String, _ host: String) {
        if let other = origins[path], other != host {
            notes.append("\(path) was written by \(other) and by \(host); the latter's was kept.")
        }
        origins[path] = host
        links[path] = nil
    }

    /// Makes the links, and takes away what may not be kept.
    mutating func finish() {
        for (path, target) in links.sorted(by: { $0.key < $1.key }) { symlink(target, "\(root)/\(path)") }
        notes += TreeCleaner(root: root, isOneWhole: true).clean().map { "\($0)." }
    }

    private func isSafe(_ path: String) -> Bool {
        !path.split(separator: "/").contains("..") && !path.utf8.contains(0)
    }

    private static func make(_ folder: String) throws(BackendError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        } catch {
            throw BackendError(.internalFault, "The folder \(folder) cannot be made: \(FileFault.words(error))")
        }
    }
}
