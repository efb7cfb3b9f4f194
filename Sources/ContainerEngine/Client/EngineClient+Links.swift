internal import FoundationEssentials
internal import HTTP

extension EngineClient {
    /// What a path of a container is.
    public enum PathKind: Sendable, Hashable {
        /// A symbolic link, with its target. Docker gives the target with all links followed, podman as the link has it.
        case link(String)
        /// Anything else.
        case other
    }

    /// What is at a path of a container, also before its start. Links in the folders of the path are followed.
    /// - Returns: nil where there is nothing; `other` from an engine that does not say more.
    public func kind(of inside: String, in id: String) async throws(EngineError) -> PathKind? {
        /// The engine's answer: `mode` in the bits of Go.
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
