import LaunchContainerEngine
import LaunchPluginKit
import Synchronization
import TestSupport
import Testing

@testable import LaunchLocalRehearsal

/// The network of a run whose containers another call is removing.
@Suite struct NetworkRemovalTests {
    /// An engine with one network, whose removal it refuses the given number of times.
    private static func remove(refusals: Int, _ words: String) async throws -> (
        category: BackendError.Category?, calls: Int
    ) {
        let calls = Mutex(0)
        let server = try TestServer { request in
            guard request.target.contains("/networks") else {
                return .text("[]", headers: [("Api-Version", "1.41")])
            }
            guard request.method == "DELETE" else { return .text(#"[{"Id":"n1"}]"#) }
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            return call > refusals
                ? TestAnswer(204) : .text(#"{"message":"\#(words)"}"#, status: 403)
        }
        defer { server.stop() }
        let engine = try await EngineClient.connect(to: .tcp(host: "127.0.0.1", port: server.port))
        do throws(BackendError) {
            try await HostContainers.remove(.random(), engine)
            return (nil, calls.withLock { $0 })
        } catch {
            return (error.category, calls.withLock { $0 })
        }
    }

    @Test func `is removed when the engine has separated the containers`() async throws {
        let removed = try await Self.remove(
            refusals: 3, "error while removing network: network x id n1 has active endpoints")
        #expect(removed.category == nil && removed.calls == 4)
    }

    @Test func `another refusal is an error at once`() async throws {
        let refused = try await Self.remove(refusals: 3, "x is a pre-defined network and cannot be removed")
        #expect(refused.category != nil && refused.calls == 1)
    }
}
