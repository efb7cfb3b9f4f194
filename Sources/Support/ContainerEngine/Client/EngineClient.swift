internal import FoundationEssentials
internal import Glibc
internal import LaunchHTTP

/// A client of one container engine over docker's HTTP API, which podman implements too.
///
/// Copies share their connections.
public struct EngineClient: Sendable {
    /// The newest API version that this program supports. For an older engine, the client uses the engine's version.
    public static let newestAPI = APIVersion(1, 47)
    /// The oldest API version with all calls that this program uses.
    public static let oldestAPI = APIVersion(1, 40)

    /// The address of the engine.
    public let address: EngineAddress
    /// The API version in use.
    public let api: APIVersion
    private let http: HTTPClient

    /// The time limit of a query. Creating, stopping and pulling have their own limits or none.
    static let lookupLimit = Duration.seconds(60)

    /// Connects to an engine and negotiates the API version.
    /// - Throws: `notReachable` if nothing responds, `protocolFault` if the server is too old or not an engine.
    public static func connect(to address: EngineAddress) async throws(EngineError) -> EngineClient {
        // Each log or event stream occupies a connection, so the default limit per host would block short calls.
        let configuration = HTTPClient.Configuration(
            maxConnectionsPerHost: 1024, maxConcurrentRequests: 1024, connectTimeout: .seconds(5),
            caBundle: address.tls?.authority, clientCertificate: address.tls?.certificate,
            clientKey: address.tls?.key, verifiesServer: address.tls?.verifies ?? true, proxy: .direct)
        let http = HTTPClient(configuration: configuration)
        let asking = EngineClient(address: address, api: oldestAPI, http: http)
        let answer = try await asking.checked(.get, unversioned: "/_ping", limit: .seconds(15))
        guard let engine = answer.headers["Api-Version"].flatMap({ APIVersion($0) }) else {
            throw EngineError(.protocolFault, "The server at \(address) is not a container engine.")
        }
        guard engine >= oldestAPI else {
            throw EngineError(
                .protocolFault,
                "The engine at \(address) speaks API \(engine); \(oldestAPI) or newer is needed.",
                hint: "Update docker to 19.03 or podman to 4, or newer.")
        }
        return EngineClient(address: address, api: min(engine, newestAPI), http: http)
    }

    private init(address: EngineAddress, api: APIVersion, http: HTTPClient) {
        self.address = address
        self.api = api
        self.http = http
    }

    /// Checks that the engine responds.
    public func ping() async throws(EngineError) {
        _ = try await checked(.get, unversioned: "/_ping", limit: .seconds(15))
    }

    /// The engine's version and platform.
    public func version() async throws(EngineError) -> EngineVersion {
        try await decoded(EngineVersion.self, .get, "/version")
    }

    /// The engine's description of its machine.
    public func info() async throws(EngineError) -> EngineInfo {
        try await decoded(EngineInfo.self, .get, "/info")
    }

    // MARK: calls

    /// Sends a request and returns the whole response. A status that is not a success is thrown as an error.
    @discardableResult
    func checked(
        _ method: HTTPMethod, _ path: String, query: [(String, String?)] = [], json: Data? = nil,
        limit: Duration? = lookupLimit
    ) async throws(EngineError) -> HTTPResponse {
        try await checked(
            method, unversioned: "/v\(api)\(path)\(URLText.query(query))", json: json, limit: limit)
    }

    private func checked(
        _ method: HTTPMethod, unversioned path: String, json: Data? = nil, limit: Duration?
    ) async throws(EngineError) -> HTTPResponse {
        var request = request(method, path)
        request.timeout = limit
        if let json {
            request.headers["Content-Type"] = "application/json"
            request.body = .data(json)
        }
        let answer: HTTPResponse
        do {
            answer = try await http.send(request)
        } catch {
            throw failure(error)
        }
        // The engine redirects if a name in the path is empty or invalid. 304 means that there is nothing to do.
        guard answer.status < 300 || answer.status == 304 else { throw Self.failure(answer.status, answer.body) }
        return answer
    }

    /// Sends a body without a time limit. A status that is not a success is thrown as an error.
    func uploaded(
        _ method: HTTPMethod, _ path: String, query: [(String, String?)], body: HTTPBody, type: String
    ) async throws(EngineError) {
        var request = request(method, "/v\(api)\(path)\(URLText.query(query))")
        request.headers["Content-Type"] = type
        request.body = body
        let answer: HTTPResponse
        do {
            answer = try await http.send(request)
        } catch {
            throw failure(error)
        }
        guard answer.status < 300 else { throw Self.failure(answer.status, answer.body) }
    }

    func decoded<T: Decodable>(
        _ type: T.Type, _ method: HTTPMethod, _ path: String, query: [(String, String?)] = [], json: Data? = nil,
        limit: Duration? = lookupLimit
    ) async throws(EngineError) -> T {
        try Self.decode(type, from: try await checked(method, path, query: query, json: json, limit: limit).body)
    }

    /// The longest silence in a response that needs no waiting. Engines read far through a large log before the first
    /// byte.
    static let readLimit = Duration.seconds(600)

    /// Sends a request and streams the response. A status that is not a success is thrown as an error. `idle` limits
    /// silence.
    func streamed(
        _ method: HTTPMethod, _ path: String, query: [(String, String?)] = [], headers: [(String, String)] = [],
        idle: Duration? = nil
    ) async throws(EngineError) -> HTTPStream {
        var request = request(method, "/v\(api)\(path)\(URLText.query(query))")
        for (name, value) in headers { request.headers.add(name, value) }
        request.idleTimeout = idle
        do {
            let answer = try await http.stream(request)
            guard answer.status >= 300 else { return answer }
            var body = Data()
            for try await chunk in answer.body where body.count < 65_536 { body += chunk }
            throw Self.failure(answer.status, body)
        } catch let error as HTTPError {
            throw failure(error)
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.protocolFault, "\(error)")
        }
    }

    private func request(_ method: HTTPMethod, _ path: String) -> HTTPRequest {
        switch address {
        case .unix(let socket): HTTPRequest(method, "http://engine\(path)", unixSocketPath: socket)
        case .tcp(let host, let port, let tls):
            HTTPRequest(method, "\(tls == nil ? "http" : "https")://\(host):\(port)\(path)")
        }
    }

    // MARK: responses

    static func decode<T: Decodable>(_ type: T.Type, from data: Data) throws(EngineError) -> T {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw EngineError(.protocolFault, "The engine's response does not match its API: \(error).")
        }
    }

    static func encode(_ value: some Encodable) throws(EngineError) -> Data {
        do {
            return try JSONEncoder().encode(value)
        } catch {
            throw EngineError(.invalid, "The request cannot be encoded as JSON: \(error).")
        }
    }

    private static func failure(_ status: Int, _ body: Data) -> EngineError {
        struct Words: Decodable { var message: String }
        let words =
            (try? JSONDecoder().decode(Words.self, from: body).message)
            ?? String(decoding: body.prefix(2048), as: UTF8.self)
        let code: EngineError.Code =
            switch status {
            case 300..<400, 400, 405, 406, 415, 422: .invalid
            case 401, 403: .denied
            case 404: .notFound
            case 409: .conflict
            default: .server
            }
        return EngineError(code, EngineError.cleaned(words) + ".")
    }

    func failure(_ error: HTTPError) -> EngineError {
        switch error.code {
        case .cancelled: return EngineError(.cancelled, "The call to the engine was cancelled.")
        case .couldNotConnect, .couldNotResolve:
            if case .unix(let path) = address, access(path, R_OK | W_OK) != 0, errno == EACCES {
                return EngineError(
                    .notReachable, "This user is not allowed to use the engine's socket \(path).",
                    hint: "Add the user to the socket's group, often 'docker', and log in again.")
            }
            return EngineError(
                .notReachable, "No container engine answers at \(address).",
                hint: "Start it, or set DOCKER_HOST to its socket.")
        case .timedOut, .reset:
            return EngineError(.interrupted, "The connection to the engine at \(address) broke: \(error.message).")
        default: return EngineError(.protocolFault, "The engine at \(address): \(error.message).")
        }
    }
}
