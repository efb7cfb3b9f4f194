internal import Glibc
internal import LaunchLocalContainers
internal import LaunchPluginKit

/// A folder of this machine as the destination of a synchronized folder.
struct FolderDestination: SyncDestination {
    let folder: String

    func content(
        _ progress: @escaping @Sendable (Int64) -> Void
    ) async throws(BackendError) -> (files: [InputFile], notes: [String]) {
        guard access(folder, F_OK) == 0 else { return ([], []) }
        let found = try LocalTree.found(folder)
        let lost = found.lost.map { "the link \(RawName.shown($0)) does not lead to a file in it and was left out." }
        return (found.files, lost)
    }

    func obstacle(to path: String) -> String? {
        let parts = path.split(separator: "/")
        for count in 1...max(1, parts.count) {
            let part = parts.prefix(count).joined(separator: "/")
            guard let status = Disk.status("\(folder)/\(part)") else { return nil }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            if isFolder == (count == parts.count) { return part }
        }
        return nil
    }

    func canHold(_ path: String) -> Bool { true }

    func put(_ file: String, as path: String) async throws(BackendError) {
        let place = "\(folder)/\(path)"
        try UserFolder.make(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
        try LocalCopies.copy(try InputFile(path, at: file), to: place)
    }

    func remove(_ path: String) async throws(BackendError) {
        var parts = path.split(separator: "/").dropLast()
        // Files that the user's links lead to stay: they may not be checkpoints.
        guard !hasLink(parts) else { return }
        Disk.unlink("\(folder)/\(path)")
        while !parts.isEmpty, Disk.rmdir("\(folder)/\(parts.joined(separator: "/"))") == 0 { parts.removeLast() }
    }

    private func hasLink(_ parts: ArraySlice<Substring>) -> Bool {
        (0..<parts.count).contains { count in
            let status = Disk.linkStatus("\(folder)/\(parts.prefix(count + 1).joined(separator: "/"))")
            return status.map { $0.st_mode & S_IFMT == S_IFLNK } ?? false
        }
    }
}
