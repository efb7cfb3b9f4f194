internal import Glibc

/// An open log file.
final class LogFile: Sendable {
    /// Which file it is, while one of its descriptors is open.
    struct Identity: Hashable, Sendable {
        var device: UInt64
        var inode: UInt64
    }

    /// The largest number of bytes of one read.
    static let most = 1 << 18

    let identity: Identity
    private let path: String
    private let descriptor: Int32

    /// Opens the file. Nil if there is none.
    /// - Throws: `.denied` if it is a link, no regular file, or unreadable; `.transient` for other failures.
    init?(at path: String) throws(BackendError) {
        self.path = path
        // Without waiting for the other end of a pipe.
        descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        let failure = errno
        var facts = stat()
        let isOpen = descriptor >= 0 && fstat(descriptor, &facts) == 0
        identity = Identity(device: UInt64(facts.st_dev), inode: UInt64(facts.st_ino))
        if isOpen, facts.st_mode & S_IFMT == S_IFREG { return }
        if descriptor >= 0 { throw BackendError(.denied, "The log \(path) is not a regular file, so it is not read.") }
        switch failure {
        case ENOENT, ENOTDIR: return nil
        case ELOOP:
            throw BackendError(
                .denied, "The log \(path) is a symbolic link, so it is not read: it can name any file of the agent.")
        case EACCES, EPERM: throw BackendError(.denied, "The log \(path) cannot be read: \(Self.reason(failure)).")
        default: throw BackendError(.transient, "The log \(path) cannot be read: \(Self.reason(failure)).")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The bytes after a position, and those before it that its check covers.
    func bytes(around position: FileLogPosition) throws(BackendError) -> (before: [UInt8], after: [UInt8]) {
        let before = Int(min(position.offset, UInt64(FileLogPosition.checked)))
        guard let start = off_t(exactly: position.offset - UInt64(before)) else { return ([], []) }
        var bytes = [UInt8](repeating: 0, count: before + Self.most)
        var count = 0
        while count < bytes.count {
            let read = bytes[count...].withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, start + off_t(count))
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else {
                throw BackendError(.transient, "The log \(path) cannot be read: \(Self.reason(errno)).")
            }
            if read == 0 { break }
            count += read
        }
        bytes.removeLast(bytes.count - count)
        return (Array(bytes.prefix(before)), Array(bytes.dropFirst(before)))
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
