internal import FoundationEssentials
internal import Glibc
internal import LaunchFiles
package import LaunchPluginKit

/// Reads a file from its beginning. Closes it with the last reference.
package final class FileReader: Sendable {
    let path: String
    private let descriptor: Int32

    /// - Parameter path: a path without links, as in `InputFile`.
    /// - Throws: `invalid` if it is not a regular file, has a link in its path or cannot be opened.
    package init(_ path: String) throws(BackendError) {
        self.path = path
        do {
            descriptor = try SourceRoot.open(real: path)
        } catch {
            throw BackendError(.invalid, error.message)
        }
    }

    deinit { close(descriptor) }

    /// The next bytes, at most `count`; none at the end.
    package func read(_ count: Int) throws(BackendError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var got = -1
            repeat { got = Glibc.read(descriptor, buffer.baseAddress, count) } while got < 0 && errno == EINTR
            code = got < 0 ? errno : 0
            filled = max(0, got)
        }
        guard code == 0 else { throw FileFault.error("read", path, code) }
        return bytes
    }
}

/// File errors of the system as host errors.
package enum FileFault {
    /// The system's message, without Foundation's description of its values.
    package static func words(_ error: any Error) -> String {
        guard let fault = (error as? CocoaError)?.underlying as? POSIXError else { return "\(error)" }
        return String(cString: strerror(fault.code.rawValue))
    }

    package static func error(_ verb: String, _ path: String, _ code: Int32 = errno) -> BackendError {
        BackendError(
            .invalid,
            "\(RawName.shown(path)) cannot be \(verb == "read" ? "read" : "written"): \(String(cString: strerror(code)))."
        )
    }
}
