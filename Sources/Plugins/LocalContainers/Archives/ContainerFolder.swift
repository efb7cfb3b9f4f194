package import LaunchContainerEngine
package import LaunchPluginKit

/// A folder of a container, read through the engine. Needs no root permission, because the engine reads the files.
package struct ContainerFolder {
    let engine: EngineClient
    let container: String
    let path: String
    /// True if a link at the path is followed, as by a mount at that path. Links below it are returned as members.
    let followsLink: Bool

    package init(engine: EngineClient, container: String, path: String, followsLink: Bool = true) {
        self.engine = engine
        self.container = container
        self.path = path
        self.followsLink = followsLink
    }

    /// The members of the folder; nil if the folder does not exist.
    package func members() async throws(BackendError) -> FolderMembers? {
        var path = path
        if followsLink {
            var links = ContainerLinks(engine: engine, container: container)
            path = try await links.target(path)
        }
        let bytes: EngineBytes
        do throws(EngineError) {
            bytes = try await engine.archive(of: container, pathBytes: RawName.bytes(path))
        } catch {
            if error.code == .notFound { return nil }
            throw BackendError(error)
        }
        return FolderMembers { () async throws(BackendError) -> [UInt8]? in
            do throws(EngineError) {
                return try await bytes.next()
            } catch {
                throw BackendError(error)
            }
        }
    }

    /// The path of a member relative to the folder, which the archive puts before each name. Nil for the folder
    /// itself.
    package static func inside(_ path: String) -> String? {
        guard let slash = path.firstIndex(of: "/") else { return nil }
        let rest = path[path.index(after: slash)...]
        return rest.isEmpty ? nil : String(rest)
    }

    /// The first characters of a file, at most `limit`. Nil if it does not exist or is not a file.
    package func text(limit: Int) async throws(BackendError) -> String? {
        guard var members = try await members() else { return nil }
        var bytes: [UInt8] = []
        var isFile = false
        while let part = try await members.next() {
            switch part {
            case .member(let member):
                // It is a folder, and its files must not be read.
                guard member.kind == .file else { return nil }
                isFile = true
            case .bytes(let some):
                bytes += some
                // A character of UTF-8 has at most 4 bytes.
                if bytes.count >= limit * 4 { return Self.characters(bytes, limit) }
            case .fileEnd: return Self.characters(bytes, limit)
            }
        }
        return isFile ? Self.characters(bytes, limit) : nil
    }

    private static func characters(_ bytes: [UInt8], _ limit: Int) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: String(decoding: bytes, as: UTF8.self).unicodeScalars.prefix(limit))
        return String(text)
    }
}
