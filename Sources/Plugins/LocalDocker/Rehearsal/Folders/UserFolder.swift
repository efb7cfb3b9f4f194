internal import LaunchHost

/// Folders at a place that the user has chosen.
enum UserFolder {
    /// Makes a folder and those above it that are missing, with the modes that the user's umask gives.
    static func make(_ path: String) throws(BackendError) { try Disk.makeFolders(path) }
}
