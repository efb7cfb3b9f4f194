import Foundation
import Glibc

/// A server on a free port of 127.0.0.1 that answers with any bytes, valid or not. Each connection has a thread.
public final class RawServer: Sendable {
    /// A connection of a client.
    public struct Peer: Sendable {
        let descriptor: Int32

        /// Some bytes; empty after the client has closed the connection.
        public func receive() -> [UInt8] { Socket.receive(descriptor) }

        /// Sends bytes. False if the client has closed the connection.
        @discardableResult
        public func send(_ bytes: some Sequence<UInt8>) -> Bool {
            var rest = Array(bytes)[...]
            while !rest.isEmpty {
                guard let count = Socket.send(descriptor, rest) else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        /// Reads and says nothing until the client closes the connection.
        public func stayEmpty() {
            while !receive().isEmpty {}
        }
    }

    private struct NoSocket: Error {}

    public let port: Int
    private let listener: Socket

    /// Listens, and runs the handler for each connection, which is closed when the handler returns.
    public init(_ handler: @escaping @Sendable (Peer) -> Void) throws {
        guard let listener = Socket.listening(on: .tcp) else { throw NoSocket() }
        self.listener = listener
        port = listener.port
        Thread.detachNewThread {
            while let connection = listener.accept() {
                Thread.detachNewThread {
                    handler(Peer(descriptor: connection))
                    close(connection)
                }
            }
            close(listener.descriptor)
        }
    }

    deinit {
        // Ends `accept` in the thread, which then closes the descriptor.
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
    }
}
