internal import LaunchHTTPServing
internal import LaunchHost
internal import LaunchMetrics

/// What an agent serves for monitors: `/metrics`, `/healthz` and `/readyz`. Nothing is changed by a request, and nothing
/// authenticates its sender.
enum MonitoringServer {
    /// Starts the server.
    /// - Throws: `LaunchError` if the address or the port cannot be used.
    static func start(
        _ address: MetricsAddress, of vitals: AgentVitals, _ collector: MetricsCollector, _ log: Logger
    ) throws -> HTTPServer {
        let server: HTTPServer
        do throws(HTTPServerError) {
            server = try HTTPServer(address: address.host, port: address.port) { request in
                await response(to: request, at: address, vitals, collector)
            }
        } catch {
            throw LaunchError(
                .unavailable,
                "The metrics cannot be served at \(address.url(port: address.port)): \(error.description).",
                hint: "Choose another address and port with --metrics, or stop the process that has this one.")
        }
        log.info("metrics are served", ["url": "\(address.url(port: server.port))/metrics"])
        if !address.isLoopback {
            log.warning(
                "everyone who reaches this address can read the metrics: names of queues and numbers of runs",
                ["address": address.host])
        }
        return server
    }

    static func response(
        to request: HTTPServerRequest, at address: MetricsAddress, _ vitals: AgentVitals, _ collector: MetricsCollector
    ) async -> HTTPServerResponse {
        guard address.answers(host: request.header("Host")) else {
            return plain(421, "This address is for this machine only; name it as localhost or by its IP address.")
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            return plain(405, "Only GET and HEAD are possible here.", [("Allow", "GET, HEAD")])
        }
        switch request.target.prefix(while: { $0 != "?" }) {
        case "/metrics":
            let format = MetricsFormat(accept: request.header("Accept"))
            return HTTPServerResponse(
                status: 200, headers: [("Content-Type", format.contentType)], body: await collector.text(format).utf8)
        case "/healthz":
            await collector.askAgent()
            return plain(200, "alive")
        case "/readyz":
            let (isReady, words) = Self.words(vitals.readiness(within: ServiceReport.patience))
            return plain(isReady ? 200 : 503, words)
        default: return plain(404, "There is nothing here; see /metrics, /healthz and /readyz.")
        }
    }

    private static func words(_ readiness: AgentVitals.Readiness) -> (isReady: Bool, String) {
        switch readiness {
        case .ready: (true, "ready")
        case .starting: (false, "starting: the store has not answered yet")
        case .leaving: (false, "leaving: the agent claims no more runs")
        case .silent(let parts):
            (false, "no answer for \(ServiceReport.patience.components.seconds) s of: \(parts.joined(separator: ", "))")
        }
    }

    private static func plain(
        _ status: Int, _ text: String, _ headers: [(name: String, value: String)] = []
    ) -> HTTPServerResponse {
        HTTPServerResponse(
            status: status,
            headers: [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")] + headers,
            body: "\(text)\n".utf8)
    }
}
