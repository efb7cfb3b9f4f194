import Foundation
import Synchronization

/// A small HTTP/1.1 server on loopback with one thread per connection. A closure makes the responses.
public final class TestServer: Sendable {
    /// Makes the response to a request. It runs on the connection's thread and may block.
    public typealias Handler = @Sendable (TestRequest) -> TestAnswer

    private struct State {
        var connections: Set<Int32> = []
        var accepted = 0
        var requests = 0
        var sent = 0
        var stopped = false
    }

    private let socket: Socket
    private let handler: Handler
    private let readsBodies: Bool
    private let state = Mutex(State())
    /// The path of the unix socket, if it uses one.
    public let path: String?

    /// No socket is available, or the path is taken or too long.
    public struct CannotListen: Error {
        public init() {}
    }

    /// Starts a server on a free port of 127.0.0.1, or on a unix socket. With `readsBodies: false` it responds after
    /// the head, and should then end the connection.
    public init(unixSocket path: String? = nil, readsBodies: Bool = true, _ handler: @escaping Handler) throws {
        guard let socket = Socket.listening(on: path.map { .unix($0) } ?? .tcp) else { throw CannotListen() }
        self.socket = socket
        self.handler = handler
        self.readsBodies = readsBodies
        self.path = path
        Thread.detachNewThread { [weak self] in
            while let connection = socket.accept() {
                guard let self, self.admit(connection) else {
                    close(connection)
                    break
                }
                Thread.detachNewThread { self.serve(connection) }
            }
            close(socket.descriptor)
        }
    }

    deinit {
        stop()
    }

    /// The TCP port; 0 on a unix socket.
    public var port: Int { socket.port }
    /// The base of its URLs, without a trailing slash.
    public var url: String { "http://127.0.0.1:\(port)" }
    /// The number of connections so far.
    public var connectionCount: Int { state.withLock(\.accepted) }
    /// The number of requests so far.
    public var requestCount: Int { state.withLock(\.requests) }
    /// The number of bytes that the system accepted from the server so far.
    public var bytesSent: Int { state.withLock(\.sent) }
    /// The number of open connections.
    public var openConnections: Int { state.withLock(\.connections.count) }

    /// Ends all connections and accepts no more.
    public func stop() {
        state.withLock { state in
            guard !state.stopped else { return }
            state.stopped = true
            shutdown(socket.descriptor, Int32(SHUT_RDWR))
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private func admit(_ connection: Int32) -> Bool {
        state.withLock { state in
            guard !state.stopped else { return false }
            state.accepted += 1
            state.connections.insert(connection)
            return true
        }
    }

    private func serve(_ connection: Int32) {
        var reader = RequestReader(connection, readsBodies: readsBodies)
        while let request = reader.next() {
            state.withLock { $0.requests += 1 }
            guard answer(handler(request), to: request, on: connection) else { break }
        }
        // Under the lock, so that `stop` never shuts down a descriptor number that was reused.
        state.withLock { state in
            state.connections.remove(connection)
            close(connection)
        }
    }

    /// Plays the script. False if the connection must end.
    private func answer(_ answer: TestAnswer, to request: TestRequest, on connection: Int32) -> Bool {
        guard play(answer.before, chunked: false, on: connection) else { return false }
        var head = "HTTP/1.1 \(answer.status) Test\r\n"
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        var chunked = false
        switch answer.framing {
        case .length: head += "Content-Length: \(answer.steps.reduce(0) { $0 + $1.count })\r\n"
        case .announced(let length): head += "Content-Length: \(length)\r\n"
        case .chunked:
            head += "Transfer-Encoding: chunked\r\n"
            chunked = true
        case .untilClose: head += "Connection: close\r\n"
        }
        guard send([UInt8]((head + "\r\n").utf8), on: connection) else { return false }
        if request.method == "HEAD" { return true }
        guard play(answer.steps, chunked: chunked, on: connection) else { return false }
        if chunked, !send([UInt8]("0\r\n\r\n".utf8), on: connection) { return false }
        guard case .untilClose = answer.framing else { return true }
        // Closing with unread bytes would send a reset, which may overtake the response.
        shutdown(connection, Int32(SHUT_WR))
        while !Socket.receive(connection).isEmpty {}
        return false
    }

    private func play(_ steps: [TestAnswer.Step], chunked: Bool, on connection: Int32) -> Bool {
        for step in steps {
            switch step {
            case .bytes(let bytes):
                guard send(bytes, chunked: chunked, on: connection) else { return false }
            case .text(let text):
                guard send([UInt8](text.utf8), chunked: chunked, on: connection) else { return false }
            case .zeros(let count):
                var left = count
                while left > 0 {
                    let piece = [UInt8](repeating: 0, count: min(left, 64 << 10))
                    guard send(piece, chunked: chunked, on: connection) else { return false }
                    left -= piece.count
                }
            case .drip(let milliseconds):
                while send([0x20], chunked: chunked, on: connection) {
                    if Socket.hasBytes(connection, within: Double(milliseconds) / 1000) { return false }
                }
                return false
            case .wait(let gate):
                guard gate.pass() else { return false }
            case .reset:
                Socket.resetOnClose(connection)
                return false
            case .close:
                return false
            }
        }
        return true
    }

    private func send(_ bytes: [UInt8], chunked: Bool, on connection: Int32) -> Bool {
        guard chunked else { return send(bytes, on: connection) }
        guard !bytes.isEmpty else { return true }
        let size = String(bytes.count, radix: 16)
        return send([UInt8]("\(size)\r\n".utf8) + bytes + [UInt8]("\r\n".utf8), on: connection)
    }

    private func send(_ bytes: [UInt8], on connection: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let count = Socket.send(connection, rest) else { return false }
            state.withLock { $0.sent += count }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

extension TestAnswer.Step {
    fileprivate var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .text(let text): text.utf8.count
        case .zeros(let count): count
        case .drip, .wait, .reset, .close: 0
        }
    }
}
