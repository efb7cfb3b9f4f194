internal import FoundationEssentials
internal import Glibc
internal import LaunchHost

/// A text in a file of its own, for an editor. The file stays until it is removed, so that no edit is lost.
struct Draft {
    /// The path of the file.
    let path: String

    /// Writes the text to a new file in a folder, readable only by its owner.
    /// - Throws: `LaunchError` if the file cannot be created or written.
    init(of text: String, name: String, in folder: String) throws(LaunchError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw LaunchError(.denied, "The folder '\(folder)' cannot be made: \(error).")
        }
        // The editor detects the language of the text by the extension.
        var template = Array("\(folder)/\(name)-XXXXXX.yaml".utf8CString)
        let file = mkstemps(&template, 5)
        guard file >= 0 else {
            throw LaunchError(.denied, "No file can be made in '\(folder)': \(String(cString: strerror(errno))).")
        }
        close(file)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            try Data(text.utf8).write(to: URL(filePath: path))
        } catch {
            throw LaunchError(.unavailable, "The file '\(path)' cannot be written: \(error).")
        }
    }

    /// The file that an earlier call kept in that folder; nil for any other path.
    init?(at path: String, in folder: String) {
        guard path.hasPrefix("\(folder)/") else { return nil }
        self.path = path
    }

    /// The file's content.
    /// - Throws: `LaunchError` if it cannot be read.
    func text() throws(LaunchError) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw LaunchError(.unavailable, "The file '\(path)' can no longer be read.")
        }
        return String(decoding: data, as: UTF8.self)
    }

    func remove() {
        unlink(path)
    }
}
