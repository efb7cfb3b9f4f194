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
    @Test(.enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"), .timeLimit(.minutes(10)))
    func `The whole kit`() async throws {
        let folder = try TemporaryDirectory()
        let image = try await Jobs.image()
        let fixture = RunnerFixture(
            plugin: LocalDockerRunner.plugin, folder: folder.path,
            // The client of the engine keeps connections of concurrent calls.
            settings: KitSettings(process: .own, idleConnections: 64), makeRunner: { Jobs.runner() },
            job: { behaviour, id in Jobs.script(behaviour).map { Jobs.job($0, id: id, image: image) } },
            count: { id in
                try await EngineFixture.engine().containers(labels: ["launch.run=\(id)"]).count
            })
        let report = await RunnerConformance(fixture).run()
        print(report)
        #expect(report.failures == [])
    }
}
