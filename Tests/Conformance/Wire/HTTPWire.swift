internal import Synchronization
internal import TestSupport

/// A wire of a backend with an HTTP interface: a proxy on loopback, or on a unix socket, to which the plugin's endpoint
/// must point.
public final class HTTPWire: Wire {
    /// A request of the plugin.
    public struct Request: Sendable {
        public let method: String
        /// The path with the query, as sent.
        public let target: String
        public let headers: [(name: String, value: String)]
        public let body: [UInt8]

        /// The body as text.
        public var text: String { String(decoding: body, as: UTF8.self) }

        /// The first value of a header field. The case of the name is ignored.
        public func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// An answer of the backend.
    public struct Answer: Sendable {
        public var status: Int
        public var headers: [(name: String, value: String)]
        public var body: [UInt8]

        public init(_ status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        /// An answer with a text.
        public init(_ status: Int, headers: [(name: String, value: String)] = [], text: String) {
            self.init(status, headers: headers, body: Array(text.utf8))
        }
    }

    /// The address of the backend.
    public enum Backend: Sendable {
        /// A port of 127.0.0.1.
        case port(Int)
        /// A unix socket.
        case unixSocket(String)
    }

    private struct State {
        var fault: WireFault?
        var hasLost = false
        var released: [Gate] = []
    }

    /// Whether a request starts a run. The answer of the next one is lost on `.loseSubmitAnswer`.
    private let isSubmit: @Sendable (Request) -> Bool
    private let throttled: Answer?
    private let late: (@Sendable (Request, Answer) -> Answer?)?
    private let state = Mutex(State())
    private let proxy = Mutex<HostileProxy?>(nil)

    /// Starts the proxy.
    /// - Parameters:
    ///   - backend: where the requests go.
    ///   - unixSocket: the path on which the proxy listens; nil for a free port of 127.0.0.1.
    ///   - throttled: what the backend answers to too many calls; nil if it never does.
    ///   - late: what a list says before the newest run is in it, made from the true answer; nil for other
    ///     requests. Without this function the wire has no late lists.
    ///   - isSubmit: whether a request starts a run.
    public init(
        to backend: Backend, listeningOn unixSocket: String? = nil, throttled: Answer? = Answer(429),
        late: (@Sendable (Request, Answer) -> Answer?)? = nil, isSubmit: @escaping @Sendable (Request) -> Bool
    ) throws {
        self.throttled = throttled
        self.late = late
        self.isSubmit = isSubmit
        let upstream: HostileProxy.Upstream =
            switch backend {
            case .port(let port): .port(port)
            case .unixSocket(let path): .socket(path)
            }
        let proxy = try HostileProxy(
            to: upstream, unixSocket: unixSocket, before: { [weak self] in self?.before($0) },
            { [weak self] request, answer in self?.change(request, &answer) })
        self.proxy.withLock { $0 = proxy }
    }

    deinit { stop() }

    /// The port on 127.0.0.1; 0 on a unix socket.
    public var port: Int { proxy.withLock { $0?.port ?? 0 } }
    /// The base of the proxy's URLs, without a trailing slash.
    public var url: String { "http://127.0.0.1:\(port)" }

    /// Ends all connections and accepts no more.
    public func stop() {
        endFault()
        proxy.withLock { $0?.stop() }
    }

    public func begin(_ fault: WireFault) async throws -> Bool {
        let isOffered =
            switch fault {
            case .loseSubmitAnswer, .unreachable, .silent: true
            case .throttled: throttled != nil
            case .lateLists: late != nil
            default: false
            }
        guard isOffered else { return false }
        state.withLock { state in
            state.fault = fault
            state.hasLost = false
        }
        return true
    }

    public func end() async throws { endFault() }

    private func endFault() {
        let waiting = state.withLock { state in
            state.fault = nil
            defer { state.released = [] }
            return state.released
        }
        for gate in waiting { gate.open() }
    }

    /// What happens to a request before it reaches the backend.
    private func before(_ request: TestRequest) -> HostileProxy.Interception? {
        switch state.withLock(\.fault) {
        case .unreachable: return .drop
        case .throttled:
            guard let throttled else { return nil }
            return .answer(
                ProxiedAnswer(status: throttled.status, headers: throttled.headers, body: throttled.body))
        case .silent:
            let gate = Gate()
            let waits = state.withLock { state in
                guard state.fault == .silent else { return false }
                state.released.append(gate)
                return true
            }
            if waits { gate.pass(within: 600) }
            return .drop
        default: return nil
        }
    }

    private func change(_ request: TestRequest, _ answer: inout ProxiedAnswer) {
        let whole = Request(
            method: request.method, target: request.target, headers: request.headers, body: request.body)
        switch state.withLock(\.fault) {
        case .loseSubmitAnswer:
            guard isSubmit(whole) else { return }
            let isFirst = state.withLock { state in
                defer { state.hasLost = true }
                return !state.hasLost
            }
            if isFirst { answer.delivery = .dropped }
        case .lateLists:
            let truth = Answer(answer.status, headers: answer.headers, body: answer.body)
            guard let said = late?(whole, truth) else { return }
            (answer.status, answer.headers, answer.body) = (said.status, said.headers, said.body)
        default: return
        }
    }
}
