import LaunchHost
import TestSupport

@testable import LaunchLocalContainers

extension Tarball {
    /// A reader that gets the archive in small chunks.
    func reader(isEnded: Bool = true) -> FolderMembers {
        var rest = (bytes + (isEnded ? Tarball.end : []))[...]
        return FolderMembers { () async throws(BackendError) -> [UInt8]? in
            guard !rest.isEmpty else { return nil }
            let piece = rest.prefix(700)
            rest = rest.dropFirst(piece.count)
            return Array(piece)
        }
    }

    /// All members of the archive.
    func members(isEnded: Bool = true) async throws -> [FolderMembers.Member] {
        var reader = reader(isEnded: isEnded)
        var members: [FolderMembers.Member] = []
        while let part = try await reader.next() {
            if case .member(let member) = part { members.append(member) }
        }
        return members
    }
}
