import Foundation
import LaunchHost
import Testing

@testable import LaunchLocalRehearsal

@Suite("Stored state of a rehearsal")
struct StoredStateTests {
    @Test
    func `A state that an earlier version stored is read, and its names stay`() throws {
        let text = """
            {"attempt":2,"attemptStartedAt":"2023-11-14T22:13:21.123Z","course":{"hosts":[],"metrics":{},"notes":[],
            "phase":"starting","results":[],"steps":[{"message":"","startedAt":"2023-11-14T22:13:20.123Z",
            "status":"Starting"}]},"didStop":false,"drill":"2023-11-14T22:13:20.123Z","earlierMilliseconds":7,
            "stage":"running","startedAt":"2023-11-14T22:13:20.123Z","stop":{"graceSeconds":3}}
            """
        let state = try JSON.decode(RehearsalState.self, from: Data(text.utf8))
        #expect(state.stage == .running && state.attempt == 2 && state.stop?.graceSeconds == 3)
        #expect(state.timeline.steps.map(\.status) == [.starting])
        #expect(try JSON.canonical(state) == text.replacingOccurrences(of: "\n", with: ""))
    }
}
