import Foundation
import LaunchAWS
import LaunchHost
import Synchronization
public import TestSupport

/// The portal of IAM Identity Center, and the renewal of tokens.
public final class SSOStub: StubService {
    private struct State {
        var accessTokens: Set<String> = []
        var refreshTokens: Set<String> = []
        var count = 0
    }
    private let keys: StubKeys
    private let state = Mutex(State())

    init(_ keys: StubKeys) {
        self.keys = keys
    }

    /// Accepts this access token.
    public func accept(accessToken: String) { state.withLock { _ = $0.accessTokens.insert(accessToken) } }
    /// Accepts this refresh token.
    public func accept(refreshToken: String) { state.withLock { _ = $0.refreshTokens.insert(refreshToken) } }
    /// Rejects all access tokens accepted so far.
    public func refuseAccessTokens() { state.withLock { $0.accessTokens = [] } }

    /// The name in scripts.
    public var name: String { "sso" }
    /// No request is signed.
    public func isSigned(_ operation: String) -> Bool { false }
    /// `GetRoleCredentials` or `CreateToken`.
    public func operation(of request: StubRequest) -> String? {
        switch request.path {
        case "/federation/credentials": "GetRoleCredentials"
        case "/token": "CreateToken"
        default: nil
        }
    }
    /// Replies in JSON, with the code in a header.
    public func refusal(_ error: StubError, requestID: String) -> TestAnswer {
        StubText.json(
            "{\"message\":\(StubText.quoted(error.message))}", status: error.status,
            headers: [("x-amzn-ErrorType", "\(error.code):http://internal.amazon.com/coral/")] + error.headers)
    }

    /// Executes the call.
    public func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer {
        if operation == "CreateToken" { return try renew(request) }
        let given = request.raw.header("x-amz-sso_bearer_token") ?? ""
        guard state.withLock({ $0.accessTokens.contains(given) }) else {
            throw StubError("UnauthorizedException", "Session token not found or invalid", status: 401)
        }
        guard request.value("role_name")?.isEmpty == false, request.value("account_id")?.count == 12 else {
            throw StubError("InvalidRequestException", "role_name and account_id are required")
        }
        let session = keys.session()
        let milliseconds = Int((session.expiration ?? Date()).timeIntervalSince1970 * 1000)
        return StubText.json(
            """
            {"roleCredentials":{"accessKeyId":"\(session.accessKeyID)",\
            "secretAccessKey":"\(session.secretAccessKey.reveal())",\
            "sessionToken":"\(session.sessionToken?.reveal() ?? "")","expiration":\(milliseconds)}}
            """)
    }

    private func renew(_ request: StubRequest) throws(StubError) -> TestAnswer {
        let body = (try? JSONSerialization.jsonObject(with: Data(request.raw.body))) as? [String: Any]
        guard let token = body?["refreshToken"] as? String, state.withLock({ $0.refreshTokens.contains(token) }) else {
            throw StubError("InvalidGrantException", "The refresh token is not valid.")
        }
        let made = state.withLock { state in
            state.count += 1
            let made = "access-\(state.count)-\(UUID().uuidString)"
            state.accessTokens.insert(made)
            return made
        }
        return StubText.json(
            "{\"accessToken\":\"\(made)\",\"expiresIn\":3600,\"refreshToken\":\(StubText.quoted(token)),"
                + "\"tokenType\":\"Bearer\"}")
    }
}
