internal import FoundationEssentials
internal import HTTP

extension EngineClient {
    /// Makes a container of that name and answers its ID.
    /// - Throws: `conflict` where the name is taken, `notFound` where the image is not in the store.
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

    /// Starts a container; one that runs already is left as it is. One that has ended would run again.
    public func startContainer(_ id: String) async throws(EngineError) {
        try await checked(.post, path(id, "/start"), limit: .seconds(300))
    }

    /// One container, by ID or name; nil where there is none.
    public func container(_ id: String) async throws(EngineError) -> ContainerInfo? {
        do {
            return try await decoded(ContainerInfo.self, .get, path(id, "/json"))
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// All containers, in whatever state, that have all of these labels: `name` or `name=value`.
    public func containers(labels: [String]) async throws(EngineError) -> [ContainerSummary] {
        let filters = try Self.encode(["label": labels])
        return try await decoded(
            [ContainerSummary].self, .get, "/containers/json",
            query: [("all", "1"), ("filters", String(decoding: filters, as: UTF8.self))])
    }

    /// Sends a signal: `SIGKILL`, `SIGTERM`, …
    /// - Throws: `conflict` where the container does not run.
    public func killContainer(_ id: String, signal: String) async throws(EngineError) {
        try await checked(.post, path(id, "/kill"), query: [("signal", signal)])
    }

    /// Sends the container's stop signal, and SIGKILL after `grace`. Answers when the container has ended, and whether
    /// that was this call's doing: false where it did not run any more.
    ///
    /// The engine carries the stop out by itself, also when the caller goes away before the answer.
    public func stopContainer(_ id: String, grace: Duration?) async throws(EngineError) -> Bool {
        let seconds = grace.map { max(0, $0.components.seconds + ($0.components.attoseconds > 0 ? 1 : 0)) }
        let answer = try await checked(
            .post, path(id, "/stop"), query: seconds.map { [("t", String($0))] } ?? [],
            limit: .seconds(seconds ?? 86_400) + .seconds(120))
        return answer.status != 304
    }

    /// Lets a paused container go on.
    public func unpauseContainer(_ id: String) async throws(EngineError) {
        try await checked(.post, path(id, "/unpause"))
    }

    /// Waits until the container does not run (any more) and answers its exit code. Has no time limit of its own.
    public func waitForContainer(_ id: String) async throws(EngineError) -> Int {
        struct Answer: Decodable {
            var statusCode: Int
            private enum CodingKeys: String, CodingKey { case statusCode = "StatusCode" }
        }
        return try await decoded(
            Answer.self, .post, path(id, "/wait"), query: [("condition", "not-running")], limit: nil
        ).statusCode
    }

    /// Removes a container, by force where it runs, with its anonymous volumes. None is not an error.
    public func removeContainer(_ id: String) async throws(EngineError) {
        do {
            try await checked(.delete, path(id, ""), query: [("force", "1"), ("v", "1")], limit: .seconds(120))
        } catch {
            // Somebody else is removing it at this moment: then it is as good as gone.
            let isUnderWay = error.code == .conflict && error.message.contains("removal of container")
            guard error.code == .notFound || isUnderWay else { throw error }
        }
    }

    func path(_ id: String, _ tail: String) -> String {
        "/containers/\(URLText.encoded(id))\(tail)"
    }
}
