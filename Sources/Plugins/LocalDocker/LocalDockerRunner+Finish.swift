internal import ContainerEngine
internal import FoundationEssentials
public import LaunchPluginKit

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
        if let warning = await wrongFormat(handle) { outcome.warnings.append(warning) }
        return outcome
    }

    /// What the log of a container means whose only line is the kernel's refusal to execute the program. The exit code
    /// alone would say nothing. A log that cannot be read has no hint; the end of the run does not wait for it.
    func wrongFormat(_ handle: RunHandle) async -> String? {
        do {
            var log = logs(handle, from: nil, follow: false).makeAsyncIterator()
            guard let lines = try await log.next(), !lines.isEmpty, lines.count <= 100,
                lines.allSatisfy({ $0.text.wholeMatch(of: /.*exec .*: exec format error/) != nil }),
                try await log.next() == nil
            else { return nil }
        } catch {
            return nil
        }
        return
            "The program of the image cannot be executed here (exec format error). It was built for another processor, or it "
            + "is a script whose first line does not name an interpreter, such as '#!/bin/sh'."
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
        do throws(BackendError) {
            var log = logs(handle, from: nil, follow: false).makeAsyncIterator()
            while let batch = try await log.next() {
                for line in batch {
                    for index in patterns.indices { patterns[index].read(line.text) }
                }
            }
        } catch {
            // A log that will never be readable must not delay the end of the run forever.
            guard [.denied, .invalid, .malformed].contains(error.category) else { throw error }
            outcome.warnings.append("The metrics are incomplete: the log cannot be read. \(error.description)")
        }
        for pattern in patterns {
            outcome.warnings += pattern.warnings
            outcome.metrics[pattern.name] = pattern.value
        }
    }
}
