internal import FoundationEssentials
internal import LaunchConcurrency
internal import LaunchHTTP

/// Sends the spans of ended runs to a collector, as OTLP/HTTP in JSON.
///
/// It never delays a run: a run is put into a bounded queue, and one that does not fit is dropped and counted.
package final class TraceExporter: Sendable {
    /// The most runs whose spans wait.
    static let mostWaiting = 512
    /// The most attempts to send the spans of one run.
    private static let attempts = 5
    /// The most events of a run that are read.
    private static let mostEvents = 1000
    private static let backoff = Backoff(first: .seconds(1), longest: .seconds(30))

    private let url: String
    private let headers: HTTPHeaders
    private let version: String
    private let store: Store
    private let metrics: AgentMetrics
    private let clock: HostClock
    private let log: Logger
    private let http: HTTPClient
    private let (runs, waiting) = AsyncStream.makeStream(
        of: RunSpans.Ended.self, bufferingPolicy: .bufferingOldest(mostWaiting))
    private let end = SingleValueFuture<Void>()

    /// - Parameters:
    ///   - endpoint: the URL of the collector, to which `/v1/traces` is added.
    ///   - headers: further headers of the requests, by name. They are never in the log.
    package init(
        to endpoint: String, headers: [String: Secret] = [:], version: String, store: Store, metrics: AgentMetrics,
        clock: HostClock = .system,
        log: Logger
    ) {
        url = (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint) + "/v1/traces"
        let further = headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value.reveal()) }
        self.headers = HTTPHeaders([(name: "Content-Type", value: "application/json")] + further)
        (self.version, self.store, self.metrics) = (version, store, metrics)
        (self.clock, self.log) = (clock, log)
        http = HTTPClient(configuration: .init(maxConnectionsPerHost: 1, userAgent: "launch/\(version)"))
    }

    /// Takes a run that has ended. Returns at once.
    package func ended(_ run: RunRecord) {
        guard let ended = RunSpans.Ended(run) else { return }
        if case .enqueued = waiting.yield(ended) { return }
        metrics.traced("dropped")
    }

    /// Sends spans until `finish`, or until the task is cancelled.
    package func run() async {
        defer { end.set(()) }
        var isAway = false
        for await run in runs {
            if Task.isCancelled { return }
            if let reason = await send(run) {
                metrics.traced("failed")
                if !isAway { log.warning("spans cannot be sent", ["url": url, "error": reason]) }
                isAway = true
            } else {
                metrics.traced("sent")
                if isAway { log.info("spans are sent again", ["url": url]) }
                isAway = false
            }
        }
    }

    /// Takes no more runs.
    func close() { waiting.finish() }

    /// Takes no more runs, and waits until the spans of the others are sent, at most this long.
    package func finish(within limit: Duration) async {
        close()
        await end.wait(upTo: limit, clock: clock)
    }

    /// Returns why the spans could not be sent.
    private func send(_ run: RunSpans.Ended) async -> String? {
        let document: JSONValue
        do {
            document =
                RunSpans(
                    run: run, events: try await store.events(of: run.id, limit: Self.mostEvents), version: version
                ).document
        } catch {
            return error.description
        }
        guard let body = try? JSON.canonicalData(document) else { return "The spans are not valid JSON." }
        let request = HTTPRequest(
            .post, url, headers: headers, body: .bytes([UInt8](body)),
            timeout: .seconds(10), maxBodyBytes: 64 << 10)
        for attempt in 1...Self.attempts {
            let reason: String
            do throws(HTTPError) {
                let response = try await http.send(request)
                if (200..<300).contains(response.status) { return nil }
                reason = "The collector answers with status \(response.status)."
                // Other answers stay the same for the same spans.
                guard [429, 502, 503, 504].contains(response.status) else { return reason }
            } catch {
                reason = error.description
            }
            if attempt == Self.attempts { return reason }
            do { try await clock.sleep(Self.backoff.delay(after: attempt)) } catch { return reason }
        }
        return nil
    }
}
