internal import Crypto
internal import Glibc

extension LaunchHome {
    /// A text that only this folder has, for marking what is made outside on its behalf. A copy of the folder has another
    /// one, because the folder's inode is part of it. Nil where the folder does not exist or cannot be written to.
    public func identity() -> String? {
        let file = "\(path)/id"
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
        // A link is made once: of two processes that do this, both read the first one's text afterwards.
        _ = link(part, file)
        return Self.text(of: file).map { "\($0)-\(information.st_ino)" }
    }

    private static func text(of file: String) -> String? {
        guard let bytes = Files.contents(of: file), bytes.count == 16 else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.allSatisfy(\.isHexDigit) ? text : nil
    }
}
