import Foundation
import Glibc

/// A TCP connection to a port of 127.0.0.1 that sends any bytes, valid HTTP or not.
public final class RawClient: Sendable {
    private let descriptor: Int32

    /// Connects. Nil if nothing listens there, or this process has no descriptor left.
    public init?(_ port: UInt16) {
        guard let descriptor = Socket.connecting(to: .port(Int(port))) else { return nil }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Sends bytes. False if the server has closed the connection.
    @discardableResult
    public func send(_ bytes: some Sequence<UInt8>) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            guard let count = Socket.send(descriptor, rest) else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Sends text.
    @discardableResult
    public func send(_ text: String) -> Bool { send(text.utf8) }

    /// Declares that nothing follows. The connection stays open for the response.
    public func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Everything that the server sends before it closes the connection.
    public func answer() async -> String {
        // In a thread of its own, because it blocks.
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                var whole: [UInt8] = []
                while case let part = Socket.receive(descriptor), !part.isEmpty { whole += part }
                continuation.resume(returning: String(decoding: whole, as: UTF8.self))
            }
        }
    }

    /// The complete answer to a request; empty without an answer.
    public static func answer(to request: String, _ port: UInt16) async -> String {
        guard let client = RawClient(port) else { return "" }
        client.send(request)
        return await client.answer()
    }

    /// Whether the server has closed the connection.
    public var hasEnded: Bool { Socket.hasEnded(descriptor) }
}
