package import LaunchPluginKit

/// The log of an ended run, read for what belongs to its outcome.
package struct EndedLog: Sendable {
    /// Opens the log at its beginning, without following it.
    let open: @Sendable () -> LogStream

    package init(open: @escaping @Sendable () -> LogStream) {
        self.open = open
    }

    /// What the log of a container means whose only line is the kernel's refusal to execute the program. The exit code
    /// alone would say nothing. A log that cannot be read has no hint; the end of the run does not wait for it.
    package func wrongFormat() async -> String? {
        do {
            var log = open().makeAsyncIterator()
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
    package func collectMetrics(of job: ContainerJob, into outcome: inout Outcome) async throws(BackendError) {
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
            var log = open().makeAsyncIterator()
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
