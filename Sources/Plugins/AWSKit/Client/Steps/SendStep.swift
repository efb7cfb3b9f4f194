internal import FoundationEssentials
internal import LaunchCore
internal import LaunchHTTP

/// The last step: sends the request, and maps transport errors to AWS errors.
struct SendStep: Sendable {
    let address: ServiceAddress
    let limits: AWSLimits
    let http: HTTPClient
    let userAgent: String

    func send(_ exchange: Exchange) async throws(AWSError) -> Answer {
        let request = request(for: exchange)
        do throws(HTTPError) {
            switch exchange.reply {
            case .whole:
                let response = try await http.send(request)
                return Answer(status: response.status, headers: response.headers, body: .bytes([UInt8](response.body)))
            case .stream:
                let stream = try await http.stream(request)
                if (200..<300).contains(stream.status) {
                    return Answer(status: stream.status, headers: stream.headers, body: .stream(stream))
                }
                let bytes = try await Self.head(of: stream)
                return Answer(status: stream.status, headers: stream.headers, body: .bytes(bytes))
            }
        } catch {
            throw WireError.error(error)
        }
    }

    /// The limit of a call without another limit. Without it, a server that sends a byte now and then would never time
    /// out.
    private static let longestAnswer = Duration.seconds(3600)
    /// The lowest accepted speed of a body: 512 bytes per second.
    private static let leastProgress = HTTPRequest.LeastProgress(bytes: 15_360, within: .seconds(30))

    private func request(for exchange: Exchange) -> HTTPRequest {
        let isStream = if case .stream = exchange.reply { true } else { false }
        var headers = HTTPHeaders(exchange.headers)
        headers["User-Agent"] = userAgent
        // curl would request a confirmation before larger bodies, which costs a round trip each.
        headers["Expect"] = nil
        let wire = exchange.signingRequest(at: address)
        let url = "\(address.scheme)://\(wire.host)\(wire.target)"
        return HTTPRequest(
            exchange.method, url, headers: headers, body: exchange.payload.body,
            timeout: exchange.timeout ?? (isStream ? nil : Self.longestAnswer), idleTimeout: limits.idle,
            leastProgress: isStream ? Self.leastProgress : nil, maxBodyBytes: limits.answerBytes)
    }

    /// The first bytes of an error's body: enough for any error of AWS.
    private static func head(of stream: HTTPStream) async throws(HTTPError) -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in stream.body {
            bytes += chunk
            if bytes.count > 256 << 10 { break }
        }
        return bytes
    }
}

extension Exchange.Payload {
    var body: HTTPBody {
        switch self {
        case .none: .none
        case .bytes(let bytes): .bytes(bytes)
        case .file(let path, let offset, let length, _): .file(path: path, offset: offset, length: length)
        }
    }
}
