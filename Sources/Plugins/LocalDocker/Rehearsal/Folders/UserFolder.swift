internal import FoundationEssentials
internal import LaunchHost

/// Folders at a place that the user has chosen.
enum UserFolder {
    /// Makes a folder and those above it that are missing, with the modes that the user's umask gives.
    static func make(_ path: String) throws {
        let attributes = UserMask.mode(0o777).map { [FileAttributeKey.posixPermissions: Int($0)] }
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: attributes)
    }
}
