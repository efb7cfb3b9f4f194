internal import Glibc

extension Document {
    /// Reads a file, also one that is no regular file, such as a pipe; messages call it `name` where that is given.
    /// - Throws: `LaunchError` of that kind: missing, a folder, not readable, too large, not UTF-8 or not YAML.
    public init(
        reading path: String, kind: LaunchError.Kind, hint: String? = nil, as name: String? = nil
    ) throws(LaunchError) {
        let name = name ?? path
        let bytes: [UInt8]
        do { bytes = try Self.bytes(of: path) } catch {
            throw LaunchError(kind, "\(Wording.visible(name)): \(error.message).", hint: hint)
        }
        try self.init(parsing: bytes, name: name, kind: kind)
    }

    private struct ReadFault: Error {
        var message: String

        init(_ code: Int32) {
            message =
                switch code {
                case ENOENT, ENOTDIR: "there is no such file"
                case EISDIR: "this is a folder, and a file is expected"
                case EACCES, EPERM: "there is no permission to read this file"
                default: String(cString: strerror(code))
                }
        }
    }

    /// The bytes up to one more than the limit, so that a larger file is noticed without being read.
    private static func bytes(of path: String) throws(ReadFault) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw ReadFault(errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= byteLimit {
            let count = read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ReadFault(errno) }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return bytes
    }
}
