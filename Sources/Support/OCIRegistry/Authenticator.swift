internal import FoundationEssentials
internal import LaunchHTTP
internal import Synchronization

/// Responds to a registry's challenges, and caches the `Authorization` until it expires.
final class Authenticator: Sendable {
    private struct Ticket {
        var header: String
        var expires: ContinuousClock.Instant
    }

    private let host: RegistryHost
    private let plainAllowed: Bool
    private let realms: TokenRealms
    private let login: @Sendable () async throws(OCIError) -> RegistryLogin?
    private let tickets = Mutex<[RepositoryUse: Ticket]>([:])

    /// - Parameter plainAllowed: whether a password may be sent over plain HTTP.
    init(
        host: RegistryHost, plainAllowed: Bool, tokenHosts: [String] = [],
        login: @escaping @Sendable () async throws(OCIError) -> RegistryLogin?
    ) {
        self.host = host
        self.plainAllowed = plainAllowed
        realms = TokenRealms(host: host, isPlain: plainAllowed, named: tokenHosts)
        self.login = login
    }

    /// The cached `Authorization` for the use of a repository.
    func header(for use: RepositoryUse) -> String? {
        tickets.withLock { tickets in
            guard let ticket = tickets[use], ticket.expires > .now else { return nil }
            return ticket.header
        }
    }

    /// Removes an `Authorization` that the registry rejected.
    func forget(_ use: RepositoryUse) {
        tickets.withLock { $0[use] = nil }
    }

    /// The `Authorization` for the challenges. Nil if no login is configured, or if the registry requires an unknown
    /// scheme.
    func answer(
        _ challenges: [Challenge], for use: RepositoryUse,
        send: (HTTPRequest) async throws(OCIError) -> HTTPResponse
    ) async throws(OCIError) -> String? {
        let login = try await login()
        let ticket: Ticket?
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
            ticket = try await token(bearer, for: use, login: login, send: send)
        } else if challenges.contains(where: { $0.scheme == "basic" }), let login {
            ticket = Ticket(header: Self.basic(login), expires: .now + .seconds(3600))
        } else {
            ticket = nil
        }
        tickets.withLock { $0[use] = ticket }
        return ticket?.header
    }

    private func token(
        _ challenge: Challenge, for use: RepositoryUse, login: RegistryLogin?,
        send: (HTTPRequest) async throws(OCIError) -> HTTPResponse
    ) async throws(OCIError) -> Ticket? {
        let subject = "\(host.name)/\(use.repository)"
        guard let realm = challenge.parameters["realm"] else {
            throw OCIError(.notARegistry, "\(subject) requires a token, and its challenge names no token service.")
        }
        try realms.check(realm, asksWithLogin: login != nil, for: subject)
        // A mount needs rights in two repositories. The specification of tokens wants one parameter for each.
        let scopes = (challenge.parameters["scope"] ?? use.scope).split(separator: " ")
        var query = scopes.map { "scope=" + Self.encode(String($0)) }
        if let service = challenge.parameters["service"] { query.insert("service=" + Self.encode(service), at: 0) }
        let url = realm + (realm.contains("?") ? "&" : "?") + query.joined(separator: "&")
        let headers: HTTPHeaders = login.map { ["Authorization": Self.basic($0)] } ?? [:]
        let response = try await send(HTTPRequest(.get, url, headers: headers, timeout: .seconds(30)))
        switch response.status {
        case 200: break
        case 400, 401, 403: return nil
        case 429: throw OCIError(.throttled, "The token service of \(subject) throttles requests (status 429).")
        case 500...:
            throw OCIError(.failing, "The token service of \(subject) responded with status \(response.status).")
        default:
            throw OCIError(.notARegistry, "The token service of \(subject) responded with status \(response.status).")
        }
        struct Answer: Decodable {
            var token: String?
            var access_token: String?
            var expires_in: Double?
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: response.body),
            // Some services send only one of the two, or an empty text as the other.
            let token = [answer.token, answer.access_token].compactMap({ $0 }).first(where: { !$0.isEmpty }),
            !token.contains(where: \.isNewline)
        else { throw OCIError(.notARegistry, "The token service of \(subject) responded without a token.") }
        // The token specification's default is 60 seconds. The margin covers the time of the next call.
        let lifetime = min(max(answer.expires_in ?? 60, 0), 3600) * 0.8
        return Ticket(header: "Bearer \(token)", expires: .now + .seconds(lifetime))
    }

    private static func basic(_ login: RegistryLogin) -> String {
        "Basic " + Data("\(login.username):\(login.password)".utf8).base64EncodedString()
    }

    private static func encode(_ text: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return text.utf8.map { byte in
            if plain.contains(byte) { return String(UnicodeScalar(byte)) }
            let hex = String(byte, radix: 16, uppercase: true)
            return "%" + (hex.count == 1 ? "0" + hex : hex)
        }.joined()
    }
}
