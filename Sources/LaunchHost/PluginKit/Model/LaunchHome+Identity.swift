internal import Glibc
internal import LaunchCrypto

extension LaunchHome {
    /// A text that is unique to this folder. It marks objects that are created outside for this folder. A copy of the
    /// folder has another identity, because the identity includes the inode of the folder. Nil if the folder does not
    /// exist or cannot be written to.
    /// - Parameter file: the file that keeps it; nil for `id` in the folder.
    package func identity(in file: String? = nil) -> String? {
        let file = file ?? "\(path)/id"
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        if let known = Self.text(of: file) { return "\(known)-\(information.st_ino)" }
        guard let bytes = try? SecureRandom.bytes(8) else { return nil }
        let part = "\(file).\(getpid())"
        defer { unlink(part) }
        let descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        let text = Array(Hex.encode(bytes).utf8)
        let written = write(descriptor, text, text.count)
        close(descriptor)
        guard written == text.count else { return nil }
        // Only one process can create the link: if two processes try, both read the text of the first one afterwards.
        _ = link(part, file)
        return Self.text(of: file).map { "\($0)-\(information.st_ino)" }
    }

    private static func text(of file: String) -> String? {
        let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 17)
        guard read(descriptor, &bytes, bytes.count) == 16 else { return nil }
        let text = String(decoding: bytes.prefix(16), as: UTF8.self)
        return text.allSatisfy(\.isHexDigit) ? text : nil
    }
}
