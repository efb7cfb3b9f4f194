import Glibc

/// The system calls for the folders of the store. Their errors name the path and the reason.
package enum Files {
    /// The C library's message for an error number, by default `errno`.
    package static func reason(_ code: Int32 = errno) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        // The XSI variant returns 0 or an error number. If the buffer is too small, the number is used.
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return buffer.withUnsafeBufferPointer { bytes in
            String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Creates a folder and its missing parents, accessible only to the owner.
    package static func makeFolder(_ path: String) throws(StoreError) {
        if isFolder(path) { return }
        if mkdir(path, 0o700) == 0 { return }
        var code = errno
        if code == ENOENT, let parent = parent(of: path) {
            try makeFolder(parent)
            if mkdir(path, 0o700) == 0 { return }
            code = errno
        }
        // Another process may have created it in the meantime.
        if code == EEXIST, isFolder(path) { return }
        if code == EEXIST || code == ENOTDIR {
            throw StoreError(
                .denied, "'\(path)' should be a folder, but it or one above it is a file.",
                hint: "Move the file away, or set LAUNCH_HOME to another folder.")
        }
        throw StoreError(
            .denied, "The folder '\(path)' cannot be made: \(reason(code)).",
            hint: "Set LAUNCH_HOME to a folder that you may write to.")
    }

    /// Whether the path is a folder, or a link to one.
    static func isFolder(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder except `.` and `..`, unordered; empty if the folder does not exist.
    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The content of a small regular file; nil if it cannot be read, is a link, or is larger than 1 MiB.
    static func contents(of path: String) -> [UInt8]? { read(path) { $0 <= 1 << 20 ? 0 : nil } }

    /// The last bytes of a regular file, at most this number and what is written meanwhile; nil if it cannot be read or
    /// is a link.
    package static func end(of path: String, bytes: Int) -> [UInt8]? { read(path) { max(0, $0 - bytes) } }

    /// - Parameter first: the offset of the first byte for a file of this size; nil if it is not to be read.
    private static func read(_ path: String, from first: (off_t) -> off_t?) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, let offset = first(facts.st_size),
            lseek(file, offset, SEEK_SET) == offset
        else { return nil }
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count > 0 { contents += buffer.prefix(count) } else if count == 0 { return contents } else { return nil }
        }
    }

    /// Sleeps for a random time in the range.
    static func pause(milliseconds: ClosedRange<UInt32>) {
        usleep(UInt32.random(in: milliseconds) * 1_000)
    }

    private static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
        return String(path[..<slash])
    }
}
