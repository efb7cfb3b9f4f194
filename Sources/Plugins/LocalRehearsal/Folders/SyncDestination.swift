internal import LaunchLocalContainers
internal import LaunchPluginKit

/// The destination of a synchronized folder.
protocol SyncDestination: Sendable {
    /// The content as files of this machine; `notes` has a sentence for each omitted entry.
    func content(
        _ progress: @escaping @Sendable (Int64) -> Void
    ) async throws(BackendError) -> (files: [InputFile], notes: [String])

    /// The part of a path that an entry of the wrong kind blocks: a file in place of a folder, or the reverse. Nil if
    /// the file can be written.
    func obstacle(to path: String) -> String?

    /// True if a file can have that name there.
    func canHold(_ path: String) -> Bool

    /// Writes a file. Replaces an existing file of that path atomically.
    func put(_ file: String, as path: String) async throws(BackendError)

    /// Removes a file, and then empty parent folders.
    func remove(_ path: String) async throws(BackendError)
}

extension DataLocation {
    /// This location as the destination of a synchronized folder.
    func syncDestination(objects: Objects, cache: ObjectCache) async throws(BackendError) -> any SyncDestination {
        switch self {
        case .path(let path): FolderDestination(folder: path)
        case .uri(let uri):
            ObjectDestination(
                store: try await objects.store(for: uri), prefix: DataLocation.folder(uri), cache: cache)
        }
    }
}
