internal import Glibc

/// A buffered file of the C library, which is closed when the object is destroyed. It contains all unsafe code for
/// reading and writing records.
final class CFile {
    private var handle: UnsafeMutablePointer<FILE>?
    private var line: UnsafeMutablePointer<CChar>?
    private var capacity = 0
    private let path: String

    /// - Parameter isNew: fails if the path exists, also as a link.
    init(creating path: String, isNew: Bool = false) throws(BackendError) {
        self.path = path
        handle = fopen(path, isNew ? "wxe" : "we")
        try check(handle != nil, "written")
    }

    init(reading path: String) throws(BackendError) {
        self.path = path
        handle = fopen(path, "re")
        try check(handle != nil, "read")
    }

    deinit {
        if let handle { fclose(handle) }
        free(line)
    }

    func write(_ bytes: [UInt8]) throws(BackendError) {
        guard let handle else { return }
        try check(fwrite(bytes, 1, bytes.count, handle) == bytes.count, "written")
    }

    /// The next line without its line break, or nil at the end. Bytes that are not UTF-8 are replaced.
    func readLine() throws(BackendError) -> String? {
        guard let handle else { return nil }
        let count = getline(&line, &capacity, handle)
        guard count > 0, let line else {
            try check(ferror(handle) == 0, "read")
            return nil
        }
        let bytes = UnsafeBufferPointer(start: line, count: count)
        let hasBreak = bytes.last == CChar(bitPattern: UInt8(ascii: "\n"))
        return String(
            decoding: UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(bytes)[..<(hasBreak ? count - 1 : count)]),
            as: UTF8.self)
    }

    /// Waits until all written bytes are on the disk.
    func synchronize() throws(BackendError) {
        guard let handle else { return }
        try check(fflush(handle) == 0 && fsync(fileno(handle)) == 0, "written")
    }

    func close() throws(BackendError) {
        guard let handle else { return }
        self.handle = nil
        try check(fclose(handle) == 0, "written")
    }

    private func check(_ done: Bool, _ what: String) throws(BackendError) {
        guard done else {
            throw BackendError(.internalFault, "\(path) could not be \(what): \(String(cString: strerror(errno))).")
        }
    }
}
