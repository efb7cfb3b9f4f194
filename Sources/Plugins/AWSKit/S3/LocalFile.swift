internal import Glibc
internal import LaunchCrypto
internal import LaunchSafeFiles

/// Files of this machine that are uploaded or downloaded. The unsafe calls are in one place.
enum LocalFile {
    /// The facts that differ between two versions of a file.
    struct Stamp: Hashable {
        let size: Int64
        /// The bytes of the time of the last change, which is only compared.
        private let changed: [UInt8]
        private let inode: UInt64

        init(_ path: String) throws(AWSError) {
            var info = stat()
            guard stat(path, &info) == 0 else { throw LocalFile.failure("cannot read", path) }
            guard info.st_mode & S_IFMT == S_IFREG else {
                throw AWSError(.invalid, "\(path) is not a file that can be uploaded.")
            }
            size = Int64(info.st_size)
            // Depending on the files that are compiled together, the compiler misses the module of the time's members.
            changed = withUnsafeBytes(of: info.st_mtim) { [UInt8]($0) }
            inode = UInt64(info.st_ino)
        }
    }

    /// The SHA-256 of a part of a file, read in pieces of 256 KiB. Yields to other tasks between pieces.
    static func sha256(_ path: String, _ range: Range<Int64>) async throws(AWSError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot read", path) }
        defer { close(descriptor) }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var position = range.lowerBound
        while position < range.upperBound {
            if Task.isCancelled { throw .gaveUp }
            let wanted = min(buffer.count, Int(range.upperBound - position))
            let count = pread(descriptor, &buffer, wanted, off_t(position))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot read", path) }
            guard count > 0 else {
                throw AWSError(.conflict, "\(path) became shorter while it was uploaded.")
            }
            hash.update(buffer[..<count])
            position += Int64(count)
            await Task.yield()
        }
        return Hex.encode(hash.finalize())
    }

    static func failure(_ what: String, _ path: String) -> AWSError {
        AWSError(.invalid, "\(what) \(path): \(String(cString: strerror(errno)))")
    }
}

extension LocalFile {
    /// Writes, with the error of this module.
    static func write<Value>(_ body: () throws(FileFailure) -> Value) throws(AWSError) -> Value {
        do {
            return try body()
        } catch {
            throw AWSError(.invalid, error.description)
        }
    }
}
