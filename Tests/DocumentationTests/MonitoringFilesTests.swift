import Foundation
import LaunchAgent
import LaunchHost
import LaunchMetrics
import LaunchSubprocess
import TestSupport
import Testing

/// The files of `deploy/monitoring`. promtool is in the package prometheus of Debian; tests that need it are skipped
/// without it.
@Suite("files for monitors") struct MonitoringFilesTests {
    private static let folder = "deploy/monitoring"

    /// The expressions of the dashboard, with its variables filled in.
    private func expressions() throws -> [String] {
        let dashboard = try JSONValue(parsing: try Repository.text("\(Self.folder)/grafana-dashboard.json"))
        let panels = dashboard["panels"]?.arrayValue ?? []
        return panels.flatMap { $0["targets"]?.arrayValue ?? [] }.compactMap { $0["expr"]?.stringValue }.map {
            $0.replacing("$instance", with: ".*").replacing("$queue", with: ".*")
        }
    }

    @Test func `the dashboard and the alerts use metrics and labels that exist`() throws {
        let families = AgentMetrics().registry.descriptions
        let samples = Set(
            families.flatMap { family in
                family.kind == .histogram
                    ? ["_bucket", "_sum", "_count"].map { family.name + $0 } : [family.sampleName]
            })
        let alerts = try Repository.text("\(Self.folder)/alerts.yaml")
            .split(separator: "\n").filter { !$0.contains("description:") && !$0.contains("summary:") }
            .joined(separator: "\n")
        let found = try (expressions() + [alerts]).flatMap { text in
            text.matches(of: /\b(?:launch|process)_[a-z_]+/).map { String($0.output) }
        }
        #expect(found.count > 40)
        #expect(Set(found).subtracting(samples) == [])
        let labels = Set(families.flatMap(\.labels)).union(["instance", "job", "le"])
        for expression in try expressions() {
            for group in expression.matches(of: /by \(([a-z, ]+)\)/) {
                let used = group.output.1.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                #expect(Set(used).subtracting(labels) == [], "\(expression)")
            }
        }
    }

    @Test func `each alert links to a part of the runbook`() throws {
        let headings = try Repository.text("docs/operating.md").split(separator: "\n").filter { $0.hasPrefix("## ") }
            .map { $0.dropFirst(3).lowercased().replacing(" ", with: "-") }
        let links = try Repository.text("\(Self.folder)/alerts.yaml").matches(of: /runbook: docs\/operating.md#(.+)/)
        #expect(links.count >= 9)
        for link in links { #expect(headings.contains(String(link.output.1)), "\(link.output.1)") }
    }

    @Test(.enabled(if: Subprocess.find("promtool") != nil, "there is no promtool"))
    func `promtool accepts the rules, their tests and the expressions of the dashboard`() async throws {
        let folder = Repository.root.appending(path: Self.folder).path
        try await check(["check", "rules", "\(folder)/alerts.yaml"])
        try await check(["test", "rules", "\(folder)/alerts-test.yaml"])
        let rules = try expressions().enumerated().map {
            "  - {record: 'a:b\($0)', expr: '\($1.replacing("'", with: "''"))'}"
        }
        let temporary = try TemporaryDirectory()
        let file = try temporary.write("rules.yaml", "groups:\n- name: a\n  rules:\n\(rules.joined(separator: "\n"))\n")
        try await check(["check", "rules", file])
    }

    @Test(.enabled(if: Subprocess.find("promtool") != nil, "there is no promtool"))
    func `promtool accepts the text of the metrics, with values of all families`() async throws {
        let metrics = AgentMetrics()
        metrics.set(version: "1")
        metrics.process.refresh()
        for category in [nil, BackendError.Category.throttled, .malformed] {
            metrics.record(ServiceCall(service: "s\"\\\n", operation: "O", error: category, duration: .seconds(1)))
        }
        let temporary = try TemporaryDirectory()
        let file = try temporary.write("metrics", metrics.registry.text(.prometheus))
        let result = try await Subprocess.run(
            "sh", ["-c", "promtool check metrics < '\(file)'"], timeout: .seconds(60))
        #expect(result.exit.isSuccess && result.stderrText.isEmpty, "\(result.stdoutText) \(result.stderrText)")
    }

    private func check(_ arguments: [String]) async throws {
        let result = try await Subprocess.run("promtool", arguments, timeout: .seconds(60))
        #expect(result.exit.isSuccess, "\(result.stdoutText) \(result.stderrText)")
    }
}
