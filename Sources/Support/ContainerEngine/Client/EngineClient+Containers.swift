internal import FoundationEssentials
internal import LaunchHTTP

extension EngineClient {
    /// Creates a container with the given name and returns its ID.
    /// - Throws: `conflict` if the name is taken, `notFound` if the image is not in the engine's store.
    public func createContainer(_ spec: ContainerSpec, name: String) async throws(EngineError) -> String {
        struct Answer: Decodable {
            var id: String
            private enum CodingKeys: String, CodingKey { case id = "Id" }
        }
        return try await decoded(
            Answer.self, .post, "/containers/create", query: [("name", name)], json: try Self.encode(spec),
            limit: .seconds(300)
        ).id
    }

    /// Starts a container. No effect on a running one. A container that has ended runs again.
    public func startContainer(_ id: String) async throws(EngineError) {
        try await checked(.post, path(id, "/start"), limit: .seconds(300))
    }

    /// One container, by ID or name; nil if it does not exist.
    public func container(_ id: String) async throws(EngineError) -> ContainerInfo? {
        do {
            return try await decoded(ContainerInfo.self, .get, path(id, "/json"))
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// All containers in any state that have all of these labels: `name` or `name=value`.
    public func containers(labels: [String]) async throws(EngineError) -> [ContainerSummary] {
        let filters = try Self.encode(["label": labels])
        return try await decoded(
            [ContainerSummary].self, .get, "/containers/json",
            query: [("all", "1"), ("filters", String(decoding: filters, as: UTF8.self))])
    }

    /// Sends a signal: `SIGKILL`, `SIGTERM`, …
    /// - Throws: `conflict` if the container is not running.
    public func killContainer(_ id: String, signal: String) async throws(EngineError) {
        try await checked(.post, path(id, "/kill"), query: [("signal", signal)])
    }

    /// Sends the container's stop signal, and SIGKILL after `grace`. Returns when the container has ended: true if this
    /// call stopped it, false if it was not running.
    ///
    /// The engine completes the stop even if the caller disconnects.
    public func stopContainer(_ id: String, grace: Duration?) async throws(EngineError) -> Bool {
        let seconds = grace.map { max(0, $0.components.seconds + ($0.components.attoseconds > 0 ? 1 : 0)) }
        let answer = try await checked(
            .post, path(id, "/stop"), query: seconds.map { [("t", String($0))] } ?? [],
            limit: .seconds(seconds ?? 86_400) + .seconds(120))
        return answer.status != 304
    }

    /// Resumes a paused container.
    public func unpauseContainer(_ id: String) async throws(EngineError) {
        try await checked(.post, path(id, "/unpause"))
    }

    /// Waits until the container is not running, and returns its exit code. Has no time limit.
    public func waitForContainer(_ id: String) async throws(EngineError) -> Int {
        struct Answer: Decodable {
            var statusCode: Int
            private enum CodingKeys: String, CodingKey { case statusCode = "StatusCode" }
        }
        return try await decoded(
            Answer.self, .post, path(id, "/wait"), query: [("condition", "not-running")], limit: nil
        ).statusCode
    }

    /// Removes a container, running or not, with its anonymous volumes. A missing container is not an error.
    public func removeContainer(_ id: String) async throws(EngineError) {
        do {
            try await checked(.delete, path(id, ""), query: [("force", "1"), ("v", "1")], limit: .seconds(120))
        } catch {
            // Another client is removing it, so it counts as removed.
            let isUnderWay = error.code == .conflict && error.says(.removalUnderWay)
            guard error.code == .notFound || isUnderWay else { throw error }
        }
    }

    func path(_ id: String, _ tail: String) -> String {
        "/containers/\(URLText.encoded(id))\(tail)"
    }
}
