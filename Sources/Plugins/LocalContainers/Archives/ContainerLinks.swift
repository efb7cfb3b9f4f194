package import LaunchContainerEngine
package import LaunchPluginKit

/// Resolves links in a container's image, as a mount at the path does.
package struct ContainerLinks {
    let engine: EngineClient
    let container: String
    /// The resolved paths of folders.
    private var known: [String: ResolvedPath] = [:]

    private struct ResolvedPath {
        var parts: [String]
        /// True if nothing exists at this path, so nothing exists below it.
        var isMissing: Bool
    }

    /// The number of links that Linux follows for one path.
    private static let most = 40

    package init(engine: EngineClient, container: String) {
        self.engine = engine
        self.container = container
    }

    /// The path with all links resolved. Components that do not exist stay unchanged.
    /// - Throws: `invalid` if links form a circle or lead below a file.
    mutating func real(_ path: String) async throws(BackendError) -> String {
        "/" + (try await place(of: path.split(separator: "/").map(String.init))).parts.joined(separator: "/")
    }

    /// The target of a link at the path; the path itself if it is not a link. Needs only one engine call for a path
    /// that is not a link, because the engine resolves the links of the parent folders.
    mutating func target(_ path: String) async throws(BackendError) -> String {
        do throws(EngineError) {
            guard case .link = try await engine.kind(of: path, in: container) else { return path }
        } catch {
            // A broken link counts as missing. The caller then requests the path and gets the result.
            guard error.code == .server || error.code == .protocolFault else { throw BackendError(error) }
            return path
        }
        return try await real(path)
    }

    /// The entries, with the links of their parent folders resolved. An entry for the container's root is dropped.
    package mutating func follow(_ entries: [HostEntry]) async throws(BackendError) -> [HostEntry] {
        var followed: [HostEntry] = []
        for var entry in entries {
            var parts = entry.path.split(separator: "/").map(String.init)
            var name: String?
            if case .folder = entry.content {} else { name = parts.popLast() }
            let place = try await place(of: parts).parts + (name.map { [$0] } ?? [])
            guard !place.isEmpty else { continue }
            entry.path = place.joined(separator: "/")
            followed.append(entry)
        }
        return followed
    }

    private mutating func place(of parts: [String]) async throws(BackendError) -> ResolvedPath {
        let key = parts.joined(separator: "/")
        if let place = known[key] { return place }
        guard let last = parts.last else { return ResolvedPath(parts: [], isMissing: false) }
        let above = try await place(of: parts.dropLast())
        let found = try await walk(from: above, [last], of: key)
        known[key] = found
        return found
    }

    private func walk(from above: ResolvedPath, _ rest: [String], of path: String) async throws(BackendError)
        -> ResolvedPath
    {
        var place = above
        var rest = rest[...]
        var links = 0
        while let part = rest.popFirst() {
            if part == "." { continue }
            if part == ".." {
                _ = place.parts.popLast()
                place.isMissing = false
                continue
            }
            let next = place.parts + [part]
            guard !place.isMissing, let kind = try await kind(of: next, for: path) else {
                place = ResolvedPath(parts: next, isMissing: true)
                continue
            }
            guard case .link(let target) = kind else {
                place.parts = next
                continue
            }
            links += 1
            guard links <= Self.most else { throw wrong(path, "leads through more than \(Self.most) links") }
            if target.hasPrefix("/") { place.parts = [] }
            rest = target.split(separator: "/").map(String.init) + rest
        }
        return place
    }

    private func kind(of parts: [String], for path: String) async throws(BackendError) -> EngineClient.PathKind? {
        do {
            return try await engine.kind(of: "/" + parts.joined(separator: "/"), in: container)
        } catch {
            // The engine reports a server error for a circle of links and for a path below a file.
            guard error.code == .server else { throw BackendError(error) }
            throw wrong(path, "cannot be followed by the engine")
        }
    }

    private func wrong(_ path: String, _ what: String) -> BackendError {
        BackendError(
            .invalid, "The path /\(path) of the image \(what).",
            hint: "Make it a folder in the image, or remove it: it is created for the job.")
    }
}
