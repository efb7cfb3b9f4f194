import Foundation
import Synchronization

/// A proxy between the program and a real server that changes the responses.
///
/// It reads the requests of each connection one after another, forwards each over a new connection, and passes the
/// response to a closure. It is stateless, so the same requests in the same order get the same changes.
public final class HostileProxy: Sendable {
    /// The address of the real server.
    public enum Upstream: Sendable {
        /// A port of 127.0.0.1.
        case port(Int)
        /// A unix socket.
        case socket(String)
    }

    /// Changes a response. Called on the connections' threads.
    public typealias Change = @Sendable (TestRequest, inout ProxiedAnswer) -> Void

    /// What happens to a request that is not forwarded.
    public enum Interception: Sendable {
        /// The connection is reset.
        case drop
        /// The proxy answers itself.
        case answer(ProxiedAnswer)
    }

    private struct State {
        var connections: Set<Int32> = []
        var stopped = false
    }

    private let upstream: Upstream
    private let before: @Sendable (TestRequest) -> Interception?
    private let change: Change
    private let socket: Socket
    private let state = Mutex(State())

    /// Starts a proxy on a free port, or on a unix socket. `before` is asked about each request before it is forwarded,
    /// on the connection's thread, and may block.
    public init(
        to upstream: Upstream, unixSocket path: String? = nil,
        before: @escaping @Sendable (TestRequest) -> Interception? = { _ in nil }, _ change: @escaping Change
    ) throws {
        guard let socket = Socket.listening(on: path.map { .unix($0) } ?? .tcp) else {
            throw TestServer.CannotListen()
        }
        self.upstream = upstream
        self.before = before
        self.change = change
        self.socket = socket
        Thread.detachNewThread { [weak self] in
            while let connection = socket.accept() {
                guard let self, self.admit(connection) else {
                    close(connection)
                    break
                }
                Thread.detachNewThread {
                    self.serve(connection)
                    self.dismiss(connection)
                }
            }
            close(socket.descriptor)
        }
    }

    deinit { stop() }

    /// The base of its URLs, without a trailing slash.
    public var url: String { "http://127.0.0.1:\(socket.port)" }
    /// The TCP port; 0 on a unix socket.
    public var port: Int { socket.port }

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
            state.connections.insert(connection)
            return true
        }
    }

    private func dismiss(_ connection: Int32) {
        state.withLock { state in
            state.connections.remove(connection)
            close(connection)
        }
    }

    private func serve(_ connection: Int32) {
        var reader = RequestReader(connection, readsBodies: true)
        while let request = reader.next() {
            guard pass(request, to: connection) else { return }
        }
    }

    /// Forwards one request and its response. False if the connection must end.
    private func pass(_ request: TestRequest, to connection: Int32) -> Bool {
        switch before(request) {
        case .drop:
            Socket.resetOnClose(connection)
            return false
        case .answer(let answer):
            return deliver(answer, of: nil, isHead: request.method == "HEAD", to: connection)
        case nil: break
        }
        guard let server = Socket.connecting(to: upstream) else { return false }
        guard admit(server) else {
            close(server)
            return false
        }
        defer { dismiss(server) }
        guard Self.send(Self.head(of: request) + request.body, on: server) else { return false }
        var reader = ResponseReader(server, isHead: request.method == "HEAD")
        guard var answer = reader.next() else { return false }
        change(request, &answer)
        return deliver(answer, of: reader, isHead: request.method == "HEAD", to: connection)
    }

    private static func head(of request: TestRequest) -> [UInt8] {
        var head = "\(request.method) \(request.target) HTTP/1.1\r\n"
        let own = ["transfer-encoding", "content-length", "connection", "expect"]
        for (name, value) in request.headers where !own.contains(name.lowercased()) { head += "\(name): \(value)\r\n" }
        if !request.body.isEmpty || ["POST", "PUT"].contains(request.method) {
            head += "Content-Length: \(request.body.count)\r\n"
        }
        return [UInt8]((head + "Connection: close\r\n\r\n").utf8)
    }

    private func deliver(
        _ answer: ProxiedAnswer, of reader: ResponseReader?, isHead: Bool, to connection: Int32
    ) -> Bool {
        var reader = reader
        if case .dropped = answer.delivery {
            Socket.resetOnClose(connection)
            return false
        }
        var head = "HTTP/1.1 \(answer.status) Proxied\r\n"
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        var body = answer.body
        var keepsOpen = true
        switch answer.delivery {
        case .whole where answer.goesOn:
            head += "Connection: close\r\n"
            keepsOpen = false
        case .whole:
            let length = isHead ? reader?.announced ?? 0 : Int64(body.count)
            if answer.status >= 200, answer.status != 204, answer.status != 304 {
                head += "Content-Length: \(length)\r\n"
            }
        case .announcing(let length):
            head += "Content-Length: \(length)\r\n"
            keepsOpen = false
        case .brokenChunks:
            head += "Transfer-Encoding: chunked\r\n"
            body = [UInt8]("ffffffffffffffff\r\n".utf8) + body + [UInt8]("\r\nzz\r\n".utf8)
            keepsOpen = false
        case .dropped: break
        case .stalled(let count, _), .cut(let count):
            head += "Content-Length: \(max(body.count, 1))\r\n"
            body = Array(body.prefix(count))
            keepsOpen = false
        }
        guard Self.send([UInt8]((head + "\r\n").utf8), on: connection) else { return false }
        if !isHead, !Self.send(body, on: connection) { return false }
        switch answer.delivery {
        case .stalled(_, let seconds):
            Socket.waitForEnd(connection, seconds: seconds)
        case .cut:
            Socket.resetOnClose(connection)
        case .whole where answer.goesOn:
            while let more = reader?.more(unless: connection) {
                guard Self.send(more, on: connection) else { return false }
            }
        default: break
        }
        return keepsOpen
    }

    private static func send(_ bytes: [UInt8], on connection: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let count = Socket.send(connection, rest) else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
