import Glibc
import Synchronization

/// A connection, which carries one request.
///
/// libmicrohttpd limits only the time between two bytes. A client that sends single bytes at long intervals could keep
/// a connection open for hours. So this type limits the time for the whole request, and for the whole response.
final class Connection: Sendable {
    /// The response to a callback of libmicrohttpd about a request.
    enum Step {
        case readOn
        case handle
        case answer(HTTPServerResponse)
        case close
    }

    private enum Stage {
        case waits, hasHead, isHandled
        case ends(HTTPServerResponse?)
    }

    private struct State {
        var stage = Stage.waits
        var target = ""
        var isClosed = false
        var deadline: Task<Void, Never>?
    }

    private let socket: Int32
    private let limit: Duration
    private let state = Mutex(State())

    init(socket: Int32, limit: Duration) {
        self.socket = socket
        self.limit = limit
        state.withLock { startDeadline(&$0) }
    }

    /// The target of the request line.
    var target: String {
        get { state.withLock { $0.target } }
        set { state.withLock { $0.target = newValue } }
    }

    /// The next step of a request without a body.
    func next() -> Step {
        state.withLock { state in
            switch state.stage {
            case .waits:
                state.stage = .hasHead
                return .readOn
            case .hasHead:
                state.stage = .isHandled
                state.deadline?.cancel()
                return .handle
            case .isHandled:
                // Resumed without a response, because the server stops.
                return .close
            case .ends(let response):
                state.stage = .ends(nil)
                guard let response else { return .close }
                startDeadline(&state)
                return .answer(response)
            }
        }
    }

    /// Stores the handler's response; nil closes the connection.
    func answer(_ response: HTTPServerResponse?) {
        state.withLock { $0.stage = .ends(response) }
    }

    /// Called before the socket is closed. From here on, its number may belong to another file.
    func closed() {
        state.withLock { state in
            state.isClosed = true
            state.deadline?.cancel()
        }
    }

    private func startDeadline(_ state: inout State) {
        state.deadline = Task { [weak self, limit] in
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            self?.cut()
        }
    }

    /// Ends the connection as if the client had closed it. libmicrohttpd has no function for that.
    private func cut() {
        state.withLock { state in
            guard !state.isClosed else { return }
            shutdown(socket, Int32(SHUT_RDWR))
        }
    }
}
