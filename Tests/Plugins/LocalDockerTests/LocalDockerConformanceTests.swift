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
    @Test(.enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"), .timeLimit(.minutes(30)))
    func `The whole kit`() async throws {
        let folder = try TemporaryDirectory()
        let image = try await Jobs.image()
        let (proxy, objects) = (try await EngineWire(in: folder.path), RunObjects())
        let home = folder.file("home")
        let makeRunner: @Sendable (String) -> any Runner = { EngineWire.runner(host: $0, home: home) }
        let fixture = RunnerFixture(
            plugin: LocalDockerRunner.plugin, folder: folder.path,
            // The client of the engine keeps connections of concurrent calls.
            settings: KitSettings(
                process: .own, idleConnections: 64,
                without: [
                    .fault(.throttled): "An engine has no limit of calls.",
                    .fault(.lateLists): "The lists of an engine are never late.",
                    .folders: "The plugin keeps no files.",
                ], progress: { print($0) }), wire: proxy.wire,
            second: SecondProcess(configuration: proxy.host, makeRunner: makeRunner),
            leftovers: { try await objects.left() }, makeRunner: { makeRunner(proxy.host) },
            job: { behaviour, id in
                objects.note(id)
                // The signals of a container are those of the engine's daemon.
                if behaviour == .signals { return nil }
                return behaviour.script().map { Jobs.job($0, id: id, image: image) }
            },
            count: { id in
                try await EngineFixture.engine().containers(labels: ["launch.run=\(id)"]).count
            })
        let report = await RunnerConformance(fixture).run()
        #expect(report.isComplete)
        // This runner never starts a container again.
        #expect(Set(report.skips.keys).isSuperset(of: ["observe.retried", "logs.retried"]) && report.skipped == 7)
    }
}
