internal import FoundationEssentials
internal import LaunchHTTP

extension EngineClient {
    /// The kind of a path in a container.
    public enum PathKind: Sendable, Hashable {
        /// A symbolic link and its target. Docker resolves all links of the target; podman returns the link's own text.
        case link(String)
        /// Anything else.
        case other
    }

    /// The kind of a path in a container, which may not have started yet. Links in parent folders are followed.
    /// - Returns: nil if the path does not exist; `other` if the engine does not return the kind.
    public func kind(of inside: String, in id: String) async throws(EngineError) -> PathKind? {
        /// The engine's response. `mode` has the bits of Go's `FileMode`.
        struct Answer: Decodable {
            var mode: UInt32
            var linkTarget: String?
        }
        let answer: String?
        do {
            answer = try await checked(.head, path(id, "/archive"), query: [("path", inside)])
                .headers["X-Docker-Container-Path-Stat"]
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
        guard let data = answer.flatMap({ Data(base64Encoded: $0) }) else { return .other }
        let found = try Self.decode(Answer.self, from: data)
        guard found.mode & 1 << 27 != 0, let target = found.linkTarget, !target.isEmpty else { return .other }
        return .link(target)
    }
}
