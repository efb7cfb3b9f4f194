import Foundation

/// A directory for one test. It is deleted with its content when the last reference is released.
public final class TemporaryDirectory: Sendable {
    /// The absolute path.
    public let path: String

    /// Makes an empty directory in the system's temporary folder.
    public init() throws {
        // Short, because the path of a unix socket has at most 107 bytes.
        let name = "launch-\(UInt64.random(in: .min ... .max))"
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        path = url.path
    }

    deinit {
        remove()
    }

    /// The path of an entry, which may not exist.
    public func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Writes a file and returns its path.
    @discardableResult
    public func write(_ name: String, _ text: String) throws -> String {
        try write(name, [UInt8](text.utf8))
    }

    /// Writes a file and returns its path.
    @discardableResult
    public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = file(name)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Deletes it now.
    public func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
