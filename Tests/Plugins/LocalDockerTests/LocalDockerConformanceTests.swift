import EngineTestSupport
import Foundation
import LaunchConformance
import LaunchContainerEngine
import LaunchHost
import LocalDockerTestSupport
import LaunchLocalDocker
import TestSupport
import Testing

@Suite("local-docker conforms")
struct LocalDockerConformanceTests {
    /// An engine has no limit of calls, its lists are never late, and the plugin keeps no files.
    private static let notChecked = ["submit.throttled", "observe.throttled", "observe.late-lists", "leaks.files"]

    @Test(.enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"), .timeLimit(.minutes(10)))
    func `The whole kit`() async throws {
        let folder = try TemporaryDirectory()
        let image = try await Jobs.image()
        let (proxy, objects) = (try await EngineWire(in: folder.path), RunObjects())
        let home = folder.file("home")
        let makeRunner: @Sendable (String) -> any Runner = { EngineWire.runner(host: $0, home: home) }
        let fixture = RunnerFixture(
            plugin: LocalDockerRunner.plugin, folder: folder.path,
            // The client of the engine keeps connections of concurrent calls.
            settings: KitSettings(process: .own, idleConnections: 64, progress: { print($0) }), wire: proxy.wire,
            second: SecondProcess(configuration: proxy.host, makeRunner: makeRunner),
            leftovers: { try await objects.left() }, makeRunner: { makeRunner(proxy.host) },
            job: { behaviour, id in
                objects.note(id)
                return behaviour.script().map { Jobs.job($0, id: id, image: image) }
            },
            count: { id in
                try await EngineFixture.engine().containers(labels: ["launch.run=\(id)"]).count
            })
        let report = await RunnerConformance(fixture).run()
        #expect(report.isConforming, "\(report)")
        // This runner never starts a container again.
        #expect(report.skipped == 2, "\(report)")
        #expect(report.notChecked == Self.notChecked, "\(report)")
    }
}
