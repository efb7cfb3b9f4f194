import AWSStub
import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchSageMaker

/// `archive_logs`: an ended run's log is in its record, and a log without read permission does not delay the end.
@Suite struct LogArchiveTests {
    private static let runner = "runner: {type: sagemaker, archive_logs: true}"

    private func ended(_ world: TrainingWorld) async throws -> (run: RunRecord, archive: LogArchive) {
        try await world.queue()
        world.stub.sagemaker.lives(.usual(seconds: 60))
        world.stub.logs.setClock { [clock = world.clock] in clock.now }
        let id = try await world.submit("logged")
        try await world.clock.running(rate: 300) {
            let agent = Task {
                try await world.agent(runner: Self.runner).run(as: try await world.store.becomeOwner(kind: "agent"))
            }
            let named = try await eventually { try await world.store.run(id).handle != nil }
            #expect(named)
            let name = try #require(try await world.store.run(id).handle?.fields["name"])
            let now = Int64(world.clock.now.timeIntervalSince1970 * 1000)
            world.stub.logs.add(
                [StubLogEvent("epoch 1", time: now), StubLogEvent("epoch 2", time: now + 1)],
                to: "\(name)/algo-1-1700000000")
            #expect(try await agent.value == .done)
        }
        return (try await world.store.run(id), LogArchive(path: LogArchive.path(in: world.store.home.folder(of: id))))
    }

    @Test(.timeLimit(.minutes(30))) func `the log is in the record`() async throws {
        let world = try TrainingWorld()
        let (run, archive) = try await ended(world)
        #expect(run.state == .succeeded && run.outcome?.warnings == [])
        var lines: [String] = []
        for try await batch in archive.read() { lines += batch.map(\.text) }
        #expect(lines == ["epoch 1", "epoch 2"])
    }

    @Test(.timeLimit(.minutes(30))) func `a log without read permission is a warning`() async throws {
        let world = try TrainingWorld()
        world.stub.always(
            "logs", "FilterLogEvents",
            .error("AccessDeniedException", "User: x is not authorized to perform: logs:FilterLogEvents"))
        let (run, archive) = try await ended(world)
        #expect(run.state == .succeeded)
        #expect(run.outcome?.warnings.first?.contains("logs:FilterLogEvents") == true)
        #expect(!archive.exists)
    }
}
