internal import LaunchLocalContainers
internal import LaunchPluginKit

/// Folders below a destination that the user has chosen.
enum UserFolder {
    /// Creates a folder and its missing parents, with the modes of the user's umask.
    static func make(_ path: String) throws(BackendError) { try Disk.makeFolders(path) }
}
