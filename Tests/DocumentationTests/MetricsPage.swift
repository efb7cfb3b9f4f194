import LaunchAgent
import LaunchMetrics

/// The page `docs/metrics.md`: every metric of an agent.
enum MetricsPage {
    static var markdown: String {
        var text = """
            # Metrics

            Every metric that an agent shows, generated from the program. [monitoring.md](monitoring.md) describes how to
            read them. A counter restarts at 0 with the agent. A histogram has the samples `_bucket`, `_sum` and `_count`.
            The last column is the most series of a family; further values are counted in the series whose labels are
            `other`.

            | metric | kind | unit | labels | meaning | series |
            | --- | --- | --- | --- | --- | --- |

            """
        for family in AgentMetrics().registry.descriptions {
            let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
            text +=
                "| `\(family.sampleName)` | \(family.kind.rawValue) | \(family.unit ?? "") | \(labels) | \(family.help) "
            text += "| \(family.labels.isEmpty ? "1" : String(family.mostSeries)) |\n"
        }
        text += """

            The label `class` is `ok`, or the category of an error: `throttled`, `transient`, `capacity`, `quota`, `expired`,
            `unauthenticated`, `denied`, `invalid`, `configuration`, `conflict`, `not_found`, `unavailable`,
            `malformed_answer`, `cancelled` or `internal`. The label `cause` has the causes of the
            [README](../README.md#how-runs-live-and-end), or `none`.

            """
        return text
    }
}
