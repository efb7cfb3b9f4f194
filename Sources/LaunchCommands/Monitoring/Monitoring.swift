internal import LaunchConsole
internal import LaunchHTTPServing
internal import LaunchHost

/// What an agent shows to monitors while it runs: a server, a file, both or none, as the command line says.
final class Monitoring: Sendable {
    static let options = [
        Option(
            "metrics", value: "ADDRESS",
            help:
                "Serve /metrics, /healthz and /readyz at this address, such as 127.0.0.1:9464; a port alone is for this machine only."
        ),
        Option(
            "metrics-file", value: "FILE",
            help: "Write the metrics to this file every 15 seconds, for the textfile collector of node_exporter.",
            values: .files),
    ]

    private let server: HTTPServer?
    private let file: MetricsFile?
    private let writing: Task<Void, Never>?

    /// Starts what the command line asks for.
    /// - Throws: a usage error for a bad address; `LaunchError` if the address, the port or the file cannot be used.
    static func start(
        _ arguments: ParsedArguments, of agent: Agent, _ store: Store, version: String, _ log: Logger
    ) async throws -> Monitoring {
        let address = try arguments.string("metrics").map { text in
            guard let address = MetricsAddress(text) else {
                throw arguments.usageError(
                    "--metrics is ADDRESS:PORT, [IPV6]:PORT or PORT, such as 127.0.0.1:9464; got '\(text)'")
            }
            return address
        }
        agent.metrics.set(version: version)
        let collector = MetricsCollector(agent, store: store, limit: ServiceReport.patience, log: log)
        let file = arguments.string("metrics-file").map { MetricsFile(path: $0, collector: collector, log: log) }
        try await file?.begin()
        return Monitoring(
            server: try address.map { try MonitoringServer.start($0, of: agent.vitals, collector, log) }, file: file)
    }

    private init(server: HTTPServer?, file: MetricsFile?) {
        self.server = server
        self.file = file
        writing = file.map { file in Task { await file.run() } }
    }

    /// Ends the server, and removes the file: one that is not refreshed shows an agent that no longer exists.
    func end() {
        writing?.cancel()
        server?.stop()
        file?.remove()
    }
}
