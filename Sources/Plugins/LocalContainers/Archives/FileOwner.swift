package import LaunchContainerEngine
package import LaunchPluginKit

/// The user and the group that a file of a container belongs to, as numbers.
package struct FileOwner: Sendable, Hashable {
    var user: UInt32
    var group: UInt32

    static let root = FileOwner(user: 0, group: 0)

    /// The owner of the files that a container's program writes.
    /// - Parameters:
    ///   - words: the container's user: `1000`, `trainer`, `1000:users` or an empty text.
    ///   - accounts: the image's `/etc/passwd`.
    ///   - groups: the image's `/etc/group`.
    /// - Returns: nil for a name that the image does not define. Such a container does not start.
    init?(_ words: String, accounts: String, groups: String) {
        let parts = words.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts.first ?? ""
        let number = name.isEmpty ? 0 : UInt32(name)
        let account = Self.lines(accounts).first { fields in
            fields.count > 3 && (fields[0] == name || number != nil && UInt32(fields[2]) == number)
        }
        guard let user = number ?? account.flatMap({ UInt32($0[2]) }) else { return nil }
        self.user = user
        guard parts.count > 1, let wanted = parts.last, !wanted.isEmpty else {
            group = account.flatMap { UInt32($0[3]) } ?? 0
            return
        }
        let known = Self.lines(groups).first { $0.count > 2 && $0[0] == wanted }
        guard let group = UInt32(wanted) ?? known.flatMap({ UInt32($0[2]) }) else { return nil }
        self.group = group
    }

    private init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }

    private static func lines(_ text: String) -> [[Substring]] {
        text.split(separator: "\n").map { $0.split(separator: ":", omittingEmptySubsequences: false) }
    }

    /// The owner of the files that a container's program writes, as the engine reports it. Root if the image does not
    /// define it.
    package static func ofProgram(in container: String, on engine: EngineClient) async throws(BackendError) -> FileOwner
    {
        let found = try await engineCall { () async throws(EngineError) in try await engine.container(container) }
        guard let words = found?.user, !words.isEmpty else { return .root }
        var texts: [String] = []
        for path in ["/etc/passwd", "/etc/group"] {
            let file = ContainerFolder(engine: engine, container: container, path: path)
            texts.append(try await file.text(limit: 1 << 20) ?? "")
        }
        return FileOwner(words, accounts: texts[0], groups: texts[1]) ?? .root
    }
}
