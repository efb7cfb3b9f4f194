internal import HTTP

extension EngineClient {
    /// Whether the engine has a network of that name or ID.
    public func hasNetwork(_ name: String) async throws(EngineError) -> Bool {
        do {
            try await checked(.get, "/networks/\(URLText.encoded(name))")
            return true
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }
}
