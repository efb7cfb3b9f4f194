internal import FoundationEssentials
internal import Glibc

/// Writes files that only their owner can read.
enum PrivateFile {
    /// Why a file could not be written.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Replaces a file atomically: a reader sees the old or the new content, complete.
    static func replace(_ path: String, with bytes: Data) throws(Failure) {
        let temporary = "\(path).\(UInt32.random(in: .min ... .max)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let problem = failure()
                close(descriptor)
                unlink(temporary)
                throw problem
            }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        guard rename(temporary, path) == 0 else {
            let problem = failure()
            unlink(temporary)
            throw problem
        }
    }

    private static func failure() -> Failure { Failure(description: String(cString: strerror(errno))) }
}
