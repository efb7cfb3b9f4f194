import Foundation
import LaunchConformance
import LaunchHost
import LaunchMock
import TestSupport
import Testing

@Test
func `the mock runner conforms to the runner contract`() async throws {
    let folder = try TemporaryDirectory()
    let makeRunner: @Sendable (String) throws -> any Runner = { path in
        try MockPlugins.runner.base.make(Options(["folder": .string(path)]), PluginContext())
    }
    let report = await RunnerConformance(
        RunnerFixture(
            plugin: MockPlugins.runner, folder: folder.path,
            settings: KitSettings(
                process: .own, folders: ["\(folder.path)/runs"],
                without: [
                    .wire: "There is nothing between the mock and its files.",
                    .leftovers: "A run is a file, and nothing else.",
                ]),
            second: SecondProcess(configuration: folder.path, makeRunner: makeRunner),
            makeRunner: { try makeRunner(folder.path) },
            job: { behaviour, id in
                template(behaviour).map { runnableJob($0, id: id) }
            },
            count: { id in
                let files = try? FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/runs")
                return files?.count { $0 == "\(id).json" } ?? 0
            })
    ).run()
    #expect(report.isComplete)
    // The mock generates its log from a number of lines, has no process, and no wire.
    #expect(report.skipped == 24)
}

private func template(_ behaviour: RunnerFixture.Behaviour) -> [String: JSONValue]? {
    switch behaviour {
    case .exit(let code): ["exit_code": .integer(Int64(code)), "run_for": .number(0.05)]
    case .lines(let count): ["log_lines": .integer(Int64(count)), "run_for": .number(0.1)]
    case .silent: ["run_for": .integer(900)]
    case .stubborn: ["run_for": .integer(900), "ignores_stop": .bool(true)]
    case .flood: ["run_for": .integer(900), "log_lines": .integer(1_000_000_000)]
    case .longLine(let size): ["log_lines": .integer(1), "log_line_bytes": .integer(Int64(size))]
    case .runs(let seconds): ["run_for": .integer(Int64(seconds))]
    case .invalidText, .slowLines, .lastWords, .orderly, .retried, .signals: nil
    }
}

private func runnableJob(_ template: [String: JSONValue], id: RunID) -> RunnableJob {
    let digest = "sha256:" + String(repeating: "0", count: 64)
    let image = Digest(rawValue: digest).map {
        PinnedImage(reference: "mock.invalid/test@\(digest)", digest: $0, name: "mock.invalid/test")
    }
    let job = ResolvedJob(
        runID: id, runName: id.rawValue, project: "test", entity: "me", author: "me", resource: "mock",
        source: .image("mock.invalid/test"), template: .object(template))
    guard let image else { preconditionFailure("64 zeros are a digest") }
    return RunnableJob(job: job, image: image)
}
