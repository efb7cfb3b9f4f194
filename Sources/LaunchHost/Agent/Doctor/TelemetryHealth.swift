/// Checks that the headers for the collector of traces can be read. It sends nothing.
struct TelemetryHealth {
    let config: LaunchConfig
    let variables: [String: String]

    /// Nil without a collector.
    var finding: HealthCheck? {
        guard let telemetry = config.telemetry else { return nil }
        let what = "telemetry"
        do throws(LaunchError) {
            let headers = try telemetry.values(variables: variables, document: config.document)
            let names = headers.keys.sorted().joined(separator: ", ")
            return HealthCheck(.ok, what, telemetry.otlp + (names.isEmpty ? "" : ", with the headers \(names)"))
        } catch {
            return HealthCheck(what, error)
        }
    }
}
