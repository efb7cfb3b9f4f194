internal import LaunchHTTP

extension EngineClient {
    /// Whether the engine has a network with that name or ID.
    public func hasNetwork(_ name: String) async throws(EngineError) -> Bool {
        do {
            try await checked(.get, "/networks/\(URLText.encoded(name))")
            return true
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }

    /// Creates a network on this machine and returns its ID.
    /// - Throws: `conflict` if the name is taken; `denied` or `server` if its addresses are taken, or none are free.
    @discardableResult
    public func createNetwork(_ spec: NetworkSpec) async throws(EngineError) -> String {
        struct Answer: Decodable {
            var id: String
            private enum CodingKeys: String, CodingKey { case id = "Id" }
        }
        return try await decoded(Answer.self, .post, "/networks/create", json: try Self.encode(spec)).id
    }

    /// The IPv4 and IPv6 addresses of a network, in the engine's order; empty if it does not exist.
    public func addresses(of network: String) async throws(EngineError) -> [NetworkSpec.Addresses] {
        struct Answer: Decodable {
            struct Management: Decodable {
                var config: [NetworkSpec.Addresses]?
                private enum CodingKeys: String, CodingKey { case config = "Config" }
            }
            var management: Management?
            private enum CodingKeys: String, CodingKey { case management = "IPAM" }
        }
        do {
            return try await decoded(Answer.self, .get, "/networks/\(URLText.encoded(network))").management?.config
                ?? []
        } catch {
            guard error.code == .notFound else { throw error }
            return []
        }
    }

    /// The IDs of all networks that have all of these labels: `name` or `name=value`.
    public func networks(labels: [String]) async throws(EngineError) -> [String] {
        struct Item: Decodable {
            var id: String
            private enum CodingKeys: String, CodingKey { case id = "Id" }
        }
        let filters = try Self.encode(["label": labels])
        return try await decoded(
            [Item].self, .get, "/networks", query: [("filters", String(decoding: filters, as: UTF8.self))]
        ).map(\.id)
    }

    /// The IDs and labels of all networks that have all of these labels: `name` or `name=value`.
    public func labelledNetworks(
        _ labels: [String]
    ) async throws(EngineError) -> [(id: String, labels: [String: String])] {
        struct Item: Decodable {
            var id: String
            var labels: [String: String]?
            private enum CodingKeys: String, CodingKey {
                case id = "Id"
                case labels = "Labels"
            }
        }
        let filters = try Self.encode(["label": labels])
        return try await decoded(
            [Item].self, .get, "/networks", query: [("filters", String(decoding: filters, as: UTF8.self))]
        ).map { ($0.id, $0.labels ?? [:]) }
    }

    /// Removes a network that no container uses. A missing network is not an error.
    public func removeNetwork(_ name: String) async throws(EngineError) {
        do {
            try await checked(.delete, "/networks/\(URLText.encoded(name))")
        } catch {
            guard error.code == .notFound else { throw error }
        }
    }
}
