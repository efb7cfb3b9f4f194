import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// An agent under a service manager, as systemd starts it with `Type=notify` and `WatchdogSec=`.
@Suite("An agent as a service", .timeLimit(.minutes(30)))
struct ServiceManagerAgentTests {
    @Test
    func `an agent says that it is ready, feeds the watchdog, and says that it stops`() async throws {
        let victim = try await Victim.settled()
        let path = victim.folder.file("notify")
        let receiver = try #require(DatagramReceiver(path))
        let agent = try victim.start(["agent"], setting: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000"])
        let first = try await Self.message(receiver)
        #expect(first == "READY=1\nWATCHDOG=1\nSTATUS=Serving.")
        for _ in 0..<3 { #expect(try await Self.message(receiver) == "WATCHDOG=1\nSTATUS=Serving.") }
        try await agent.signal(SIGTERM)
        var last = try await Self.message(receiver)
        while last != "STOPPING=1" { last = try await Self.message(receiver) }
        #expect(try await agent.end().code == 0)
    }

    /// The next message, however long it takes.
    private static func message(_ receiver: DatagramReceiver) async throws -> String {
        let found = Mutex<String?>(nil)
        _ = await eventually {
            guard let next = receiver.next() else { return false }
            found.withLock { $0 = next }
            return true
        }
        return try #require(found.withLock { $0 })
    }
}
