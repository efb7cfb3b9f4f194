package import LaunchLocalContainers
package import LaunchPluginKit

/// The files of a folder of code as a container gets them: as from objects, with one mode and without links.
package enum CodeCopy {
    /// The files and their folders, relative to the folder.
    /// - Throws: `invalid` if an entry cannot be read, or a link leads out of the folder or in a circle.
    package static func entries(of folder: String) throws(BackendError) -> [HostEntry] {
        var entries: [HostEntry] = []
        var made: Set<String> = []
        for file in try LocalTree.files(folder) {
            let parts = file.path.split(separator: "/")
            for count in 1..<max(parts.count, 1) {
                let parent = parts.prefix(count).joined(separator: "/")
                guard made.insert(parent).inserted else { continue }
                entries.append(HostEntry(parent, .folder, mode: 0o755, modified: file.modified))
            }
            entries.append(
                HostEntry(
                    file.path, .file(file.local, size: file.size), mode: InputFile.mode, modified: file.modified))
        }
        return entries
    }
}
