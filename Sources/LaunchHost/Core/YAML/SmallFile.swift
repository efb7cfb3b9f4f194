internal import Glibc

/// Reads a file that a user names: a configuration, a password. It may be a pipe, such as a shell creates for
/// `<(command)`.
///
/// The size is limited, so that reading `/dev/zero` ends with an error. Reading a named pipe without a writer ends with
/// an error after a few seconds.
package enum SmallFile {
    /// Why a file could not be read.
    package struct Fault: Error, Sendable, Hashable {
        /// The system's error number; 0 if the error is not from the system.
        package let code: Int32
        /// A clause without a full stop: "the file does not exist".
        package let message: String

        init(_ code: Int32) {
            self.code = code
            message =
                switch code {
                case ENOENT, ENOTDIR: "the file does not exist"
                case EISDIR: "this is a folder, and a file is expected"
                case EACCES, EPERM: "this user may not read this file"
                default: String(cString: strerror(code))
                }
        }

        init(_ message: String) {
            code = 0
            self.message = message
        }

        /// Whether the file does not exist.
        package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    }

    /// The maximum time between two checks for a pipe's writer, in milliseconds.
    private static let step: Int32 = 50

    /// The bytes of the file, a few more than `limit` at most, so that a larger file is detected without reading all of
    /// it.
    /// - Parameter patience: how long to wait for the writer of a named pipe, in milliseconds.
    /// - Throws: `Fault`.
    package static func bytes(of path: String, limit: Int, patience: Int32 = 3_000) throws(Fault) -> [UInt8] {
        // Without O_NONBLOCK, opening a named pipe blocks until it has a writer.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw Fault(errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        var waited: Int32 = 0
        // A pipe that was opened with O_NONBLOCK reads as empty until it has a writer.
        var hasBegun = !isPipe(file)
        while bytes.count <= limit {
            let count = read(file, &chunk, chunk.count)
            let reason = errno
            if count > 0 {
                hasBegun = true
                bytes += chunk[..<count]
            } else if count == 0 {
                if hasBegun { break }
                guard waited < patience else { throw Fault("this is a pipe, and no program writes to it") }
                waited += step
                // A writer that closes the pipe without writing a byte ends the wait too.
                hasBegun = isReady(file, within: step)
            } else if reason == EAGAIN {
                // A writer has the pipe open and has not written yet.
                hasBegun = true
                _ = isReady(file, within: -1)
            } else if reason != EINTR {
                throw Fault(reason)
            }
        }
        return bytes
    }

    /// Whether a path is a pipe or a socket, as `/dev/stdin` and a shell's `<(command)` may be.
    static func isPipe(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
    }

    private static func isPipe(_ file: Int32) -> Bool {
        var status = stat()
        return fstat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    /// Waits for bytes or for the end of the file. Returns false if neither arrives within this number of milliseconds;
    /// -1 waits without a limit.
    private static func isReady(_ file: Int32, within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }
}
