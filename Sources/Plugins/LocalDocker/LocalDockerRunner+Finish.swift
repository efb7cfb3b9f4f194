internal import ContainerEngine
internal import FoundationEssentials
public import LaunchHost

extension LocalDockerRunner {
    /// Copies the outputs into `<folder>/outputs` and searches the log for the metrics.
    ///
    /// An output that cannot be kept is a warning of the outcome: the run has ended, and an error here would not
    /// help.
    public func finish(
        _ handle: RunHandle, of request: RunRequest, into folder: String
    ) async throws(BackendError) -> Outcome {
        let job = try Self.job(of: request)
        if HostNames.isOne(handle) { return try await finish(job, handle, into: folder) }
        let id = try Self.containerID(of: handle)
        let engine = try await connection.client()
        let found = try await engineCall { () async throws(EngineError) in try await engine.container(id) }
        guard found != nil else {
            throw BackendError(.notFound, "The container of run \(handle.runID) no longer exists.")
        }
        var outcome = Outcome()
        var limits = limits
        if let own = job.outputBytesLimit { limits.outputBytes = own }
        let collector = OutputCollector(engine: engine, container: id, folder: "\(folder)/outputs", limits: limits)
        for (path, name) in OutputCollector.names(of: job.outputs) {
            let result = try await collector.collect(path, as: name)
            if let kept = result.path { outcome.outputs.append(Outcome.Output(name: path, path: kept)) }
            outcome.warnings += result.warnings
        }
        try await collectMetrics(of: job, handle, into: &outcome)
        return outcome
    }

    /// Reads the log once for all metrics.
    func collectMetrics(
        of job: ContainerJob, _ handle: RunHandle, into outcome: inout Outcome
    ) async throws(BackendError) {
        var patterns: [MetricPattern] = []
        for (name, pattern) in job.metrics.sorted(by: { $0.key < $1.key }) {
            do {
                patterns.append(try MetricPattern(name: name, pattern))
            } catch {
                outcome.warnings.append("The metric \(name) was not looked for: \(error).")
            }
        }
        guard !patterns.isEmpty else { return }
        var log = logs(handle, from: nil, follow: false).makeAsyncIterator()
        while let batch = try await log.next() {
            for line in batch {
                for index in patterns.indices { patterns[index].read(line.text) }
            }
        }
        for pattern in patterns {
            outcome.warnings += pattern.warnings
            outcome.metrics[pattern.name] = pattern.value
        }
    }
}
