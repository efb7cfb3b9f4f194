package import Glibc

extension FileSystem {
    /// Removes a folder and everything in it, read-only folders included. A missing path is not an error.
    ///
    /// Names are passed as bytes, because a name may not be UTF-8. If an entry cannot be removed, the other entries are
    /// still removed.
    /// - Throws: the first failure, after everything else was removed.
    package static func remove(_ path: String) throws(Failure) {
        let kind: mode_t
        do {
            kind = try status(path).st_mode & S_IFMT
        } catch {
            if error.isMissing { return }
            throw error
        }
        guard kind == S_IFDIR else {
            guard unlink(path) == 0 || errno == ENOENT else { throw Failure(code: errno, path: path) }
            return
        }
        _ = chmod(path, 0o700)
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw Failure(code: errno, path: path) }
        defer { close(folder) }
        var removal = Removal(top: folder)
        repeat {
            removal.moved = 0
            removal.empty(folder, path: path, depth: 0)
        } while removal.moved > 0
        if let failure = removal.failure { throw failure }
        guard rmdir(path) == 0 || errno == ENOENT else { throw Failure(code: errno, path: path) }
    }

    /// The kind and size of an entry of an open folder; nil if it does not exist. Links are not followed.
    package static func status(of name: [UInt8], in folder: Int32) -> stat? {
        var status = stat()
        let code = withCString(name) { fstatat(folder, $0, &status, AT_SYMLINK_NOFOLLOW) }
        return code == 0 ? status : nil
    }

    /// Opens a folder in an open folder; negative on failure. Links are not followed.
    package static func openFolder(_ name: [UInt8], in folder: Int32) -> Int32 {
        withCString(name) { openat(folder, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
    }

    fileprivate static func withCString<Result>(
        _ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Result
    ) -> Result {
        (name.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            // The array contains at least the NUL byte, so it has an address.
            buffer.baseAddress.map(body) ?? body("")
        }
    }
}

/// Empties a folder through file descriptors, so that neither the bytes of a name nor the length of a path matter.
private struct Removal {
    /// The folder that is emptied.
    let top: Int32
    /// The number of folders that were moved to the top because they were too deep.
    var moved = 0
    /// The first failure.
    var failure: FileSystem.Failure?

    /// Each level uses a file descriptor and a stack frame. Deeper folders are moved to the top before they are
    /// emptied.
    private static let deepest = 32

    init(top: Int32) {
        self.top = top
    }

    mutating func empty(_ folder: Int32, path: String, depth: Int) {
        let names: [[UInt8]]
        do throws(FileSystem.Failure) {
            // A separate descriptor, because reading names moves its position and closes it.
            let copy = FileSystem.openFolder([UInt8(ascii: ".")], in: folder)
            guard copy >= 0 else { throw FileSystem.Failure(code: errno, path: path) }
            names = try FileSystem.names(inOpen: copy, path: path)
        } catch {
            note(error)
            return
        }
        for name in names {
            let child = "\(path)/\(String(decoding: name, as: UTF8.self))"
            guard let status = FileSystem.status(of: name, in: folder) else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                removeFolder(name, in: folder, path: child, depth: depth)
            } else if FileSystem.withCString(name, { unlinkat(folder, $0, 0) }) != 0, errno != ENOENT {
                note(FileSystem.Failure(code: errno, path: child))
            }
        }
    }

    private mutating func removeFolder(_ name: [UInt8], in folder: Int32, path: String, depth: Int) {
        _ = FileSystem.withCString(name) { fchmodat(folder, $0, 0o700, 0) }
        if depth >= Self.deepest {
            let place = ".moved-\(moved)-\(UInt64.random(in: .min ... .max))"
            guard FileSystem.withCString(name, { renameat(folder, $0, top, place) }) == 0 else {
                return note(FileSystem.Failure(code: errno, path: path))
            }
            moved += 1
            return
        }
        let child = FileSystem.openFolder(name, in: folder)
        guard child >= 0 else { return note(FileSystem.Failure(code: errno, path: path)) }
        empty(child, path: path, depth: depth + 1)
        close(child)
        guard FileSystem.withCString(name, { unlinkat(folder, $0, AT_REMOVEDIR) }) != 0, errno != ENOENT else { return }
        note(FileSystem.Failure(code: errno, path: path))
    }

    private mutating func note(_ found: FileSystem.Failure) {
        failure = failure ?? found
    }
}
