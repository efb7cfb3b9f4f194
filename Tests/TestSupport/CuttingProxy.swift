import Foundation
import Glibc
import Synchronization

/// A proxy on 127.0.0.1 before a server of this machine, whose connections break after a number of bytes.
public final class CuttingProxy: Sendable {
    private final class Line: Sendable {
        /// The bytes that still pass; nil for any number.
        let left = Mutex<Int?>(nil)
        /// The bytes that have passed.
        let passed = Atomic<Int>(0)

        /// Whether these bytes pass.
        func pass(_ count: Int) -> Bool {
            passed.add(count, ordering: .relaxed)
            return left.withLock { left in
                guard let now = left else { return true }
                left = max(0, now - count)
                return now >= count
            }
        }

        var isCut: Bool { left.withLock { $0 == 0 } }
    }

    private let server: RawServer
    private let line = Line()

    /// Connects clients to a port of this machine.
    public init(to port: Int) throws {
        let line = line
        server = try RawServer { client in
            guard !line.isCut, let upstream = Socket.connecting(to: .port(port)) else { return }
            let end = RawServer.Peer(descriptor: upstream)
            let closed = DispatchSemaphore(value: 0)
            func pump(_ from: RawServer.Peer, _ to: RawServer.Peer) {
                Thread.detachNewThread {
                    while case let bytes = from.receive(), !bytes.isEmpty, line.pass(bytes.count), to.send(bytes) {}
                    shutdown(client.descriptor, Int32(SHUT_RDWR))
                    shutdown(upstream, Int32(SHUT_RDWR))
                    closed.signal()
                }
            }
            pump(client, end)
            pump(end, client)
            closed.wait()
            closed.wait()
            close(upstream)
        }
    }

    public var port: Int { server.port }

    /// The bytes that have passed in both directions.
    public var passed: Int { line.passed.load(ordering: .relaxed) }

    /// Breaks all connections after this many more bytes in both directions, and refuses new ones; nil mends the line.
    public func cut(after bytes: Int?) { line.left.withLock { $0 = bytes } }
}
