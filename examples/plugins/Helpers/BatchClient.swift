internal import FoundationEssentials
internal import LaunchHTTP
internal import LaunchPluginKit

/// The client of an imagined batch service with an HTTP interface.
struct BatchClient: Sendable {
    let http: HTTPClient
    /// `https://batch.example.com`
    let endpoint: String
    let token: Secret

    /// Starts a job, and returns its ID. The service starts one job for each key.
    func submit(_ job: JSONValue, as runID: RunID) async throws(BackendError) -> String {
        let answer = try await call(.post, "/jobs", body: job, key: runID.rawValue, "submit a job")
        guard let id = answer["id"]?.stringValue else {
            throw BackendError(.malformed, "The service started a job and did not say its ID.")
        }
        return id
    }

    private func call(
        _ method: HTTPMethod, _ path: String, body: JSONValue, key: String, _ words: String
    ) async throws(BackendError) -> JSONValue {
        let text = try Self.text(body)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await http.send(
                HTTPRequest(
                    method, endpoint + path,
                    headers: ["Authorization": "Bearer \(token.reveal())", "Idempotency-Key": key],
                    body: .text(text), timeout: .seconds(30)))
        } catch {
            throw BackendError(error)
        }
        if let error = BackendError(response, of: words) { throw error }
        do {
            return try JSON.decode(JSONValue.self, from: response.body)
        } catch {
            throw BackendError(.malformed, "The answer to '\(words)' is not JSON: \(error)")
        }
    }

    private static func text(_ value: JSONValue) throws(BackendError) -> String {
        do {
            return try JSON.canonical(value)
        } catch {
            throw BackendError(.invalid, "The request cannot be written as JSON: \(error)")
        }
    }
}
