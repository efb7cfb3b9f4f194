internal import Glibc
internal import LaunchOwnership
package import LaunchPluginKit

/// A new file of this program. It never reuses an existing file and never follows a link.
package final class FileSink {
    package let path: String
    private let descriptor: Int32

    package init(_ path: String, mode: UInt16 = 0o600) throws(BackendError) {
        self.path = path
        Disk.unlink(path)
        descriptor = Disk.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(mode | 0o600))
        guard descriptor >= 0 else { throw FileFault.error("write", path) }
        // The copy keeps the mode that the container's program set, without the bits of the user's umask.
        if let mode = UserMask.mode(UInt32(mode | 0o600)) { fchmod(descriptor, mode_t(mode)) }
    }

    deinit { close(descriptor) }

    package func write(_ bytes: ArraySlice<UInt8>) throws(BackendError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw FileFault.error("write", path) }
            rest = rest.dropFirst(max(0, count))
        }
    }

    /// Sets the modification time.
    package func date(_ seconds: Int64) {
        let times = [timespec(tv_sec: Int(seconds), tv_nsec: 0), timespec(tv_sec: Int(seconds), tv_nsec: 0)]
        futimens(descriptor, times)
    }
}
