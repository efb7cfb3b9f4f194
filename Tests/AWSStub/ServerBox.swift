import Synchronization
import TestSupport

/// Holds the server of a stub, which is created after the stub.
final class ServerBox: Sendable {
    private let server = Mutex<TestServer?>(nil)

    func start(_ handler: @escaping TestServer.Handler) throws {
        let started = try TestServer(handler)
        server.withLock { $0 = started }
    }

    var url: String { server.withLock(\.self)?.url ?? "" }
    var connectionCount: Int { server.withLock(\.self)?.connectionCount ?? 0 }
    var requestCount: Int { server.withLock(\.self)?.requestCount ?? 0 }
    func stop() { server.withLock(\.self)?.stop() }
}
