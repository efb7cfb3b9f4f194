internal import FoundationEssentials
internal import LaunchHost
internal import LaunchSafeFiles

/// Writes texts to files of the user. A file with another content stays, unless it may be replaced.
struct ExportFolder {
    /// Whether files with another content are replaced.
    let replaces: Bool

    /// Writes each text to its path, and makes the folders. All files are checked before the first is written.
    /// - Returns: the paths, in the order of the texts.
    /// - Throws: `LaunchError` if a file exists with another content, or cannot be written.
    func write(_ files: [(path: String, text: String)]) throws(LaunchError) -> [String] {
        var changed: [(path: String, text: String)] = []
        for file in files {
            let present = FileManager.default.contents(atPath: file.path)
            if present == Data(file.text.utf8) { continue }
            guard present == nil || replaces else {
                throw LaunchError(
                    .invalid, "'\(file.path)' exists with another content, and nothing was written.",
                    hint: "Replace the file with --force, or name another folder.")
            }
            changed.append(file)
        }
        for file in changed {
            let folder = file.path.lastIndex(of: "/").map { String(file.path[..<$0]) } ?? "."
            if !folder.isEmpty { try make(folder) }
            do throws(FileFailure) { try AtomicFile.replace(file.path, with: Array(file.text.utf8)) } catch {
                throw LaunchError(.unavailable, "'\(file.path)' cannot be written: \(error.reason).")
            }
        }
        return files.map(\.path)
    }

    private func make(_ folder: String) throws(LaunchError) {
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw LaunchError(.unavailable, "The folder '\(folder)' cannot be made: \(error)")
        }
    }
}
