internal import Glibc
internal import LaunchArchive
internal import LaunchFiles
internal import LaunchPluginKit
internal import LaunchSafeFiles

/// A copy of what a job wrote. The job is not trusted: the copy has only files, folders, and links that stay inside of it.
///
/// Links are created after everything else, so nothing is written through a link.
struct OutputCopy {
    /// What was left out, in sentences.
    private var left: [String] = []
    private let top: String
    private let root: SourceRoot
    private let target: String
    private let budget: WriteBudget
    private var links: [(path: String, target: String)] = []

    private static let depth = 256
    private static let mostNotes = 20
    private static let block = 1 << 20

    /// - Parameters:
    ///   - top: the folder to copy, below `root`.
    ///   - target: a path that does not exist.
    init(of top: String, in root: SourceRoot, to target: String, budget: WriteBudget) {
        (self.top, self.root, self.target, self.budget) = (top, root, target, budget)
    }

    /// What was left out, in sentences.
    var notes: [String] {
        left.count <= Self.mostNotes
            ? left : left.prefix(Self.mostNotes) + ["\(left.count - Self.mostNotes) more entries were left out."]
    }

    /// Writes the copy.
    /// - Returns: whether the folder has content. Without content, nothing is written.
    /// - Throws: over the limit, if the copy cannot be written, and if the task is cancelled.
    mutating func write() async throws(BackendError) -> Bool {
        let names: [[UInt8]]
        do {
            names = try root.names(in: top)
        } catch {
            if error.isMissing { return false }
            throw BackendError(.denied, "\(error.path) cannot be read: \(error.why).")
        }
        if names.isEmpty { return false }
        try writing { () throws(FileSystem.Failure) in try FileSystem.makeFolder(target, mode: 0o700) }
        try await add(names, in: "", depth: 0)
        for link in links {
            try writing { () throws(FileSystem.Failure) in
                try FileSystem.makeLink("\(target)\(link.path)", to: link.target)
            }
        }
        return true
    }

    private mutating func add(_ names: [[UInt8]], in folder: String, depth: Int) async throws(BackendError) {
        for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            guard let text = String(validating: name, as: UTF8.self) else {
                leave(out: "\(folder)/\(RawName.shown(RawName.text(name)))", "its name is not UTF-8 text")
                continue
            }
            let path = "\(folder)/\(text)"
            guard let status = taken(Result { () throws(FileSystem.Failure) in try root.status(top + path) }, path)
            else {
                continue
            }
            let mode = UInt32(status.st_mode) & 0o777
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try await addFolder(path, mode: mode, depth: depth + 1)
            case S_IFREG: try await addFile(path, size: Int64(status.st_size), mode: mode)
            case S_IFLNK: try addLink(path, depth: depth)
            default: leave(out: path, "it is not a file, folder or link")
            }
        }
    }

    private mutating func addFolder(_ path: String, mode: UInt32, depth: Int) async throws(BackendError) {
        try budget.announce(0)
        if depth > Self.depth { return leave(out: path, "it is more than \(Self.depth) folders deep") }
        guard let names = taken(Result { () throws(FileSystem.Failure) in try root.names(in: top + path) }, path) else {
            return
        }
        try writing { () throws(FileSystem.Failure) in try FileSystem.makeFolder(target + path, mode: 0o700) }
        try await add(names, in: path, depth: depth)
        try writing { () throws(FileSystem.Failure) in try FileSystem.setMode(target + path, mode | 0o700) }
    }

    private mutating func addFile(_ path: String, size: Int64, mode: UInt32) async throws(BackendError) {
        try budget.announce(size)
        let out: AtomicFile
        do {
            out = try AtomicFile(replacing: target + path)
        } catch {
            throw BackendError(.unavailable, "\(error).")
        }
        var position: Int64 = 0
        while true {
            // Opened for each block: no open file is kept across a pause.
            let read = Result { () throws(FileSystem.Failure) in
                try root.file(top + path).bytes(Self.block, at: position)
            }
            let block = taken(read, path)
            guard let block else { return }
            try budget.take(Int64(block.count))
            do {
                try out.write(block)
                if block.count < Self.block { try out.commit() }
            } catch {
                throw BackendError(.unavailable, "\(error).")
            }
            if block.count < Self.block { break }
            position += Int64(block.count)
            await Task.yield()
        }
        try writing { () throws(FileSystem.Failure) in try FileSystem.setMode(target + path, mode | 0o600) }
    }

    private mutating func addLink(_ path: String, depth: Int) throws(BackendError) {
        try budget.announce(0)
        guard let bytes = taken(Result { () throws(FileSystem.Failure) in try root.linkTarget(top + path) }, path)
        else {
            return
        }
        guard let text = String(validating: bytes, as: UTF8.self), ArchivePath.staysInside(link: bytes, depth: depth)
        else { return leave(out: path, "it is a link that leads out of the output") }
        links.append((path, text))
    }

    /// The value, or nil after a note.
    private mutating func taken<Value>(_ result: Result<Value, FileSystem.Failure>, _ path: String) -> Value? {
        switch result {
        case .success(let value): return value
        case .failure(let failure):
            leave(out: path, "it cannot be read: \(failure.why)")
            return nil
        }
    }

    private func writing(_ work: () throws(FileSystem.Failure) -> Void) throws(BackendError) {
        do throws(FileSystem.Failure) {
            try work()
        } catch {
            throw BackendError(.unavailable, "\(error.path) cannot be written: \(error.why).")
        }
    }

    private mutating func leave(out path: String, _ why: String) {
        left.append("In the output, \(path.drop { $0 == "/" }) was left out: \(why).")
    }
}
