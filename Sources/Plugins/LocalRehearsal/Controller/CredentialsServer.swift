internal import LaunchHTTPServing
internal import LaunchPluginKit

/// Serves short-lived credentials to the hosts of one job: one document at one unguessable path, at an address that
/// only this machine and the job's own network reach.
final class CredentialsServer: Sendable {
    private let server: HTTPServer

    /// The port that the server listens on.
    var port: UInt16 { server.port }

    /// Listens; `port` 0 selects a free one. Other users of the machine reach the port and must not exhaust this
    /// process's descriptors, hence the limits.
    /// - Throws: `unavailable` if the address or the port cannot be used.
    init(
        address: String, port: UInt16, path: String, credentials: any CredentialsOffering, role: AssumedRole?,
        log: Logger, limits: HTTPServer.Limits = HTTPServer.Limits()
    ) throws(BackendError) {
        do throws(HTTPServerError) {
            server = try HTTPServer(address: address, port: port, limits: limits) { request in
                guard request.method == "GET" else { return nil }
                guard request.target == path else { return Self.answer(404, "{\"message\":\"not found\"}") }
                do throws(BackendError) {
                    let document = try await credentials.containerCredentials(of: role).document
                    return Self.answer(200, document.reveal())
                } catch {
                    log.warning("a container gets no credentials", ["error": error.description])
                    return Self.answer(503, "{\"message\":\"no credentials at the moment\"}")
                }
            }
        } catch {
            switch error.code {
            case .badAddress: throw BackendError(.invalid, "'\(address)' is not an address for credentials.")
            case .unavailable:
                throw BackendError(
                    .unavailable, "Nothing can be served at \(address):\(port): \(error.description).")
            }
        }
    }

    /// Closes all connections. Returns when the port is free.
    func stop() {
        server.stop()
    }

    private static func answer(_ status: Int, _ body: String) -> HTTPServerResponse {
        HTTPServerResponse(
            status: status,
            headers: [(name: "Content-Type", value: "application/json"), (name: "Cache-Control", value: "no-store")],
            body: body.utf8)
    }
}
