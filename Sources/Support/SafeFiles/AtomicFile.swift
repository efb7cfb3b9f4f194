internal import Glibc
internal import Synchronization

/// A file that is written under a temporary name beside its path, and replaces the path when it is complete: a reader
/// sees either the complete old content or the complete new content. Without a commit, the path is unchanged and the
/// temporary file is removed.
///
/// Only the owner can read the file, unless `allowReading` is called.
public final class AtomicFile: Sendable {
    /// The path that is replaced.
    public let path: String
    private let partial: String
    private let descriptor: Int32
    private let isCommitted = Atomic(false)

    /// Creates the temporary file.
    public init(replacing path: String) throws(FileFailure) {
        self.path = path
        partial = "\(path).\(UInt64.random(in: .min ... .max)).partial"
        descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure(.write, path) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if !isCommitted.load(ordering: .acquiring) { unlink(partial) }
    }

    /// Appends bytes.
    public func write(_ bytes: some Collection<UInt8>) throws(FileFailure) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw FileFailure(.write, path) }
            rest = rest.dropFirst(max(0, count))
        }
    }

    /// Writes bytes at a position. Several tasks may write different parts at once.
    public func write(_ bytes: [UInt8], at position: Int64) throws(FileFailure) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, off_t(position) + off_t(done))
            }
            guard count >= 0 || errno == EINTR else { throw FileFailure(.write, path) }
            done += max(0, count)
        }
    }

    /// Lets all users read the file.
    public func allowReading() throws(FileFailure) {
        guard fchmod(descriptor, 0o644) == 0 else { throw FileFailure(.write, path) }
    }

    /// Replaces the path with the file.
    public func commit() throws(FileFailure) {
        guard rename(partial, path) == 0 else { throw FileFailure(.replace, path) }
        isCommitted.store(true, ordering: .releasing)
    }

    /// Whether the path is this file. False before the commit, and when another program has replaced or removed it.
    public var isInPlace: Bool {
        var own = stat()
        var found = stat()
        return fstat(descriptor, &own) == 0 && lstat(path, &found) == 0 && own.st_dev == found.st_dev
            && own.st_ino == found.st_ino
    }

    /// Replaces the content of a path.
    public static func replace(_ path: String, with bytes: some Collection<UInt8>) throws(FileFailure) {
        let file = try AtomicFile(replacing: path)
        try file.write(bytes)
        try file.commit()
    }
}
