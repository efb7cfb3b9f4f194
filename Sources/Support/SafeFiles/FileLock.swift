internal import Glibc

/// A lock on a file or folder, held until this value is released. It is exclusive unless it is shared explicitly.
///
/// The kernel releases it when the process ends, for any reason. So a lock distinguishes files in use from those of
/// ended processes, without times and process IDs. The descriptor is closed on exec, so a child does not keep the lock.
public final class FileLock: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32, _ path: String, isShared: Bool = false) throws(FileFailure) {
        self.descriptor = descriptor
        guard flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else { throw FileFailure(.lock, path) }
    }

    deinit {
        close(descriptor)
    }

    /// Locks a file, which is created if it is missing. Nil if another process or value holds the lock.
    /// - Parameter isShared: whether other shared locks of the file may be held at the same time.
    public static func file(_ path: String, isShared: Bool = false) throws(FileFailure) -> FileLock? {
        try lock(open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600), path, isShared: isShared)
    }

    /// Locks a file like `file(_:isShared:)`, and waits while another process or value holds the lock.
    /// - Parameters:
    ///   - limit: the longest wait, in steps of 20 ms.
    ///   - pause: waits; a test gives another one.
    /// - Returns: nil if the lock is still held after the limit.
    /// - Throws: `FileFailure`, or the error of `pause`: `CancellationError` if the task is cancelled.
    public static func file(
        _ path: String, isShared: Bool = false, within limit: Duration,
        pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) async throws -> FileLock? {
        let step = Duration.milliseconds(20)
        var waited = Duration.zero
        while true {
            if let lock = try file(path, isShared: isShared) { return lock }
            guard waited < limit else { return nil }
            try await pause(step)
            waited += step
        }
    }

    /// Locks an existing folder of this user; a link is an error. Nil if another process or value holds the lock.
    public static func folder(_ path: String) throws(FileFailure) -> FileLock? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        var facts = stat()
        guard descriptor < 0 || fstat(descriptor, &facts) == 0 && facts.st_uid == geteuid() else {
            close(descriptor)
            throw FileFailure(.lock, path, code: EPERM)
        }
        return try lock(descriptor, path)
    }

    private static func lock(
        _ descriptor: Int32, _ path: String, isShared: Bool = false
    ) throws(FileFailure) -> FileLock? {
        guard descriptor >= 0 else { throw FileFailure(.open, path) }
        do throws(FileFailure) {
            return try FileLock(descriptor, path, isShared: isShared)
        } catch {
            guard error.code == EWOULDBLOCK else { throw error }
            return nil
        }
    }
}
