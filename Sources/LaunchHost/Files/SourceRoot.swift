internal import CLaunchLinux
internal import Glibc
public import LaunchCore

/// A folder with untrusted content. Reading never leaves the folder.
///
/// Each path is opened relative to the folder's descriptor. The kernel refuses a path that leaves the folder through
/// `..` or through a link (`openat2`). On kernels without this call, ``PathWalk`` opens one component at a time. Only
/// regular files are opened for reading, so a named pipe or a device cannot block the reader.
public final class SourceRoot: Sendable {
    /// How symbolic links in a path are handled.
    public enum Links: Sendable {
        /// A link anywhere in the path is an error.
        case refused
        /// A link that stays inside the folder is followed; any other link is an error.
        case inside
    }

    /// The folder's path, for messages.
    public let path: String
    private let descriptor: Int32
    private let usesKernel: Bool
    /// Whether the paths below the folder are raw names. The paths of a source are plain text.
    private let takesRawNames: Bool

    /// Opens a folder. The path itself comes from the caller and may contain links.
    /// - Throws: `.invalid` if it is not a folder, `.denied` if it cannot be read.
    public convenience init(_ path: String) throws(LaunchError) {
        do {
            try self.init(opening: path)
        } catch {
            throw LaunchError(
                error.isMissing ? .invalid : .denied, "the folder '\(path)' cannot be read: \(error.why).")
        }
    }

    /// - Parameters:
    ///   - usesKernel: whether to try `openat2` first.
    ///   - takesRawNames: whether the paths below the folder are raw names.
    package init(opening path: String, usesKernel: Bool = true, takesRawNames: Bool = false) throws(FileSystem.Failure)
    {
        self.path = path
        self.takesRawNames = takesRawNames
        self.usesKernel = usesKernel
        descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileSystem.Failure(code: errno, path: path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The content of a small regular file.
    /// - Parameters:
    ///   - file: the path relative to the folder.
    ///   - limit: the maximum size in bytes.
    /// - Returns: nil if the file does not exist.
    /// - Throws: `.invalid` if the path leaves the folder, or the file is not regular, is too large or cannot be read.
    public func content(of file: String, limit: Int, links: Links = .inside) throws(LaunchError) -> [UInt8]? {
        do {
            return try bytes(of: file, limit: limit, links: links)
        } catch {
            if error.isMissing { return nil }
            throw Self.error(error, file: "\(path)/\(file)", limit: limit)
        }
    }

    /// Opens a regular file for reading by a path without links, such as a result of `realpath`. It may be a raw name.
    ///
    /// If a link replaces a component of the path after it was resolved, that is an error. The caller closes the
    /// descriptor.
    /// - Throws: `.invalid` if it is not a regular file, its path contains a link, or it cannot be read.
    public static func open(real path: String) throws(LaunchError) -> Int32 {
        do throws(FileSystem.Failure) {
            let root = try SourceRoot(opening: "/", takesRawNames: true)
            let file = try root.file(String(path.drop { $0 == "/" }))
            let descriptor = launch_dup_above_2(file.descriptor)
            guard descriptor >= 0 else { throw FileSystem.Failure(code: errno, path: path) }
            extendLifetime(file)
            return descriptor
        } catch {
            throw LaunchError(.invalid, "\(RawName.shown(path)) cannot be read: \(error.why).")
        }
    }

    /// The error for a file that cannot be read.
    package static func error(_ failure: FileSystem.Failure, file: String, limit: Int) -> LaunchError {
        switch failure.code {
        case FileSystem.Failure.tooLarge:
            LaunchError(.invalid, "\(file) is larger than \(limit >> 10) KiB, which is the limit for this file.")
        case EXDEV, ELOOP:
            LaunchError(
                .invalid, "\(file) is not read: \(failure.why).",
                hint: "Put a copy of the file in the source instead of a link.")
        default: LaunchError(.invalid, "\(file) cannot be read: \(failure.why).")
        }
    }

    package func bytes(of file: String, limit: Int, links: Links) throws(FileSystem.Failure) -> [UInt8] {
        try self.file(file, links: links).bytes(limit: limit)
    }

    /// Opens a regular file for reading.
    package func file(_ file: String, links: Links = .refused) throws(FileSystem.Failure) -> FileSystem.File {
        // Non-blocking, so that a pipe in the file's place does not block the reader.
        let (opened, code) = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY, links)
        return try FileSystem.File(regular: opened, code: code, path: "\(path)/\(file)")
    }

    /// The names in a folder below this one; the empty path means this folder.
    package func names(in folder: String) throws(FileSystem.Failure) -> [[UInt8]] {
        let (opened, code) = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY, .refused)
        guard opened >= 0 else { throw FileSystem.Failure(code: code, path: "\(path)/\(folder)") }
        return try FileSystem.names(inOpen: opened, path: "\(path)/\(folder)")
    }

    /// The status of an entry; for a link, of the link itself.
    package func status(_ entry: String) throws(FileSystem.Failure) -> FileSystem.Status {
        try inParent(of: entry) { parent, name in
            var status = stat()
            return fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
        }
    }

    package func linkTarget(_ entry: String) throws(FileSystem.Failure) -> [UInt8] {
        try inParent(of: entry) { parent, name in
            var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = target.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { readlinkat(parent, name, $0, buffer.count) } ?? 0
            }
            return count >= 0 ? Array(target.prefix(count)) : nil
        }
    }

    package func mayRead(_ entry: String) -> Bool {
        let answer = try? inParent(of: entry) { parent, name in faccessat(parent, name, R_OK, AT_EACCESS) }
        return answer == 0
    }

    /// Calls `body` with the opened parent folder of an entry. A result of nil means a failure with the code in
    /// `errno`.
    private func inParent<Answer>(
        of entry: String, _ body: (Int32, String) -> Answer?
    ) throws(FileSystem.Failure) -> Answer {
        let slash = entry.utf8.lastIndex(of: UInt8(ascii: "/"))
        let name = slash.map { String(entry[entry.utf8.index(after: $0)...]) } ?? entry
        guard let slash else {
            guard let answer = body(descriptor, name) else { throw FileSystem.Failure(code: errno, path: shown(entry)) }
            return answer
        }
        let (parent, code) = open(String(entry[..<slash]), launch_path_only | O_DIRECTORY, .refused)
        guard parent >= 0 else { throw FileSystem.Failure(code: code, path: shown(entry)) }
        defer { close(parent) }
        guard let answer = body(parent, name) else { throw FileSystem.Failure(code: errno, path: shown(entry)) }
        return answer
    }

    private func shown(_ entry: String) -> String { "\(path)/\(entry)" }

    /// Returns the descriptor, or -1 and the reason.
    private func open(_ relative: String, _ flags: Int32, _ links: Links) -> (descriptor: Int32, code: Int32) {
        let flags = flags | O_CLOEXEC
        if usesKernel {
            // After a rename elsewhere in the tree, the kernel asks the caller to retry.
            for _ in 0..<64 {
                let opened = RawName.withPath(relative, isRaw: takesRawNames) {
                    launch_open_beneath(descriptor, $0, flags, links == .inside ? 1 : 0)
                }
                if opened >= 0 { return (opened, 0) }
                let code = errno
                if code == EAGAIN || code == EINTR { continue }
                // A sandbox may refuse the call with `EPERM` instead of `ENOSYS`.
                guard code == ENOSYS || code == EPERM else { return (-1, code) }
                break
            }
        }
        return PathWalk(root: descriptor, followsLinks: links == .inside, takesRawNames: takesRawNames)
            .open(relative, flags)
    }
}
