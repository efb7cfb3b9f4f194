import Glibc

/// A local file that is read in chunks.
struct InputFile: ~Copyable {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(HTTPError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw HTTPError(.bodyFailed, "cannot open \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The number of bytes from an offset to the end. Throws if it is not a regular file.
    func length(from offset: Int64) throws(HTTPError) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw HTTPError(.bodyFailed, "\(path) is not a regular file")
        }
        let size = Int64(status.st_size)
        guard (0...size).contains(offset) else {
            throw HTTPError(.bodyFailed, "\(path) has \(size) bytes, so none can be sent from offset \(offset)")
        }
        return size - offset
    }

    /// At most `count` bytes at an offset; empty at the end of the file.
    func read(at offset: Int64, count: Int) throws(HTTPError) -> [UInt8] {
        var code: Int32 = 0
        let descriptor = descriptor
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            var got = -1
            repeat {
                got = pread(descriptor, buffer.baseAddress, count, off_t(offset))
            } while got < 0 && errno == EINTR
            if got < 0 { code = errno }
            used = max(0, got)
        }
        guard code == 0 else {
            throw HTTPError(.bodyFailed, "cannot read \(path): \(String(cString: strerror(code)))")
        }
        return bytes
    }
}
