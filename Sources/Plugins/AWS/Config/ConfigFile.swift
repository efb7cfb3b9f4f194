internal import Glibc

/// Reads small files of the set-up.
enum ConfigFile {
    /// More than any configuration or token has, in bytes.
    static let largest = 4 << 20

    /// What a file holds; nil where it does not exist.
    static func bytes(_ path: String) throws(AWSError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = errno
            if reason == ENOENT || reason == ENOTDIR { return nil }
            throw unreadable(path, reason)
        }
        defer { close(descriptor) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, errno) }
            if count == 0 { return result }
            result += buffer.prefix(count)
            guard result.count <= largest else {
                throw .configuration("The file is larger than 4 MiB, which no file of this kind is.", file: path)
            }
        }
    }

    private static func unreadable(_ path: String, _ number: Int32) -> AWSError {
        .configuration(
            "The file cannot be read: \(String(cString: strerror(number))).", file: path,
            hint: "It must be a file that the agent's user may read.")
    }
}
