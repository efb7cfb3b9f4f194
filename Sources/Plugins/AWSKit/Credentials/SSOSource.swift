internal import FoundationEssentials
internal import LaunchCore
internal import LaunchHTTP

/// A role in an account, by the login of `aws sso login`. The login is renewed if possible; otherwise the user must
/// log in again.
struct SSOSource: CredentialSource {
    private static let margin: TimeInterval = 15 * 60
    /// An upper bound of token lifetimes in seconds, and of expiration times in milliseconds. A reply must not give a
    /// date that cannot be written.
    private static let (longest, latest) = (1e9, 1e14)
    let profile: SSOProfile
    let context: SourceContext

    var name: String { "profile \(profile.profile) (SSO)" }

    func fetch() async throws(AWSError) -> AWSCredentials {
        let path = SSOToken.path(for: profile, home: context.paths.home)
        guard var token = try SSOToken(path) else { throw loginNeeded("the login file does not exist") }
        let now = context.clock.now()
        let end = token.expiration ?? .distantPast
        if end.timeIntervalSince(now) < Self.margin {
            do throws(AWSError) {
                token = try await renewed(token)
            } catch {
                guard end > now else { throw error }
                context.log.debug("the SSO login was not renewed", ["error": error.description])
            }
        }
        return try await credentials(token)
    }

    // MARK: credentials of the role

    private func credentials(_ token: SSOToken) async throws(AWSError) -> AWSCredentials {
        let url = try context.endpoints.place(of: .sso, region: profile.region).url
        let query =
            "role_name=\(URIEncoding.component(profile.role))&account_id=\(URIEncoding.component(profile.account))"
        let request = HTTPRequest(
            .get, "\(url)/federation/credentials?\(query)",
            headers: ["x-amz-sso_bearer_token": token.accessToken.reveal(), "Accept": "application/json"],
            timeout: .seconds(30), maxBodyBytes: 1 << 20)
        let response = try await send(request, "GetRoleCredentials")
        guard response.status == 200 else { throw refused(response, "GetRoleCredentials") }
        let found = CredentialDocument(response.body)?.value["roleCredentials"]
        guard let key = found?["accessKeyId"]?.stringValue, let secret = found?["secretAccessKey"]?.stringValue,
            let session = found?["sessionToken"]?.stringValue, let end = found?["expiration"]?.doubleValue,
            (0...Self.latest).contains(end)
        else { throw malformed("GetRoleCredentials did not answer with a key, a token and their expiration.") }
        return AWSCredentials(
            accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: Secret(session),
            expiration: Date(reportedSeconds: end / 1_000), accountID: profile.account)
    }

    // MARK: renewing the login

    private func renewed(_ token: SSOToken) async throws(AWSError) -> SSOToken {
        let now = context.clock.now()
        guard let renewal = token.renewal, renewal.registrationEnds > now else {
            throw loginNeeded("the login has ended and cannot be renewed")
        }
        let url = try context.endpoints.place(of: .ssoOIDC, region: profile.region).url
        let body = JSONValue.object([
            "grantType": .string("refresh_token"), "clientId": .string(renewal.clientID),
            "clientSecret": .string(renewal.clientSecret.reveal()),
            "refreshToken": .string(renewal.refreshToken.reveal()),
        ])
        guard let bytes = try? JSONEncoder().encode(body) else { throw malformed("the login cannot be sent.") }
        let request = HTTPRequest(
            .post, "\(url)/token", headers: ["Content-Type": "application/json"], body: .data(bytes),
            timeout: .seconds(30), maxBodyBytes: 1 << 20)
        let response = try await send(request, "CreateToken")
        guard response.status == 200 else { throw refused(response, "CreateToken") }
        guard let answer = CredentialDocument(response.body), let access = answer["accessToken"],
            let seconds = answer.value["expiresIn"]?.doubleValue, (0...Self.longest).contains(seconds)
        else { throw malformed("CreateToken did not answer with a token and its lifetime.") }
        let fresh = token.renewed(
            Secret(access), until: now.addingTimeInterval(seconds),
            refreshToken: answer["refreshToken"].map { Secret($0) })
        do throws(AWSError) {
            try fresh.save()
        } catch {
            // The token is still valid for this process.
            context.log.warning("the renewed SSO login could not be stored", ["error": error.description])
        }
        return fresh
    }

    // MARK: calls

    private func send(_ request: HTTPRequest, _ operation: String) async throws(AWSError) -> HTTPResponse {
        var attempt = 1
        while true {
            do throws(AWSError) {
                let response = try await once(request)
                guard response.status >= 500 || response.status == 429, attempt < 3 else { return response }
            } catch {
                guard attempt < 3, error.kind == .transient || error.kind == .unavailable else {
                    var error = error
                    (error.service, error.operation) = ("SSO", operation)
                    throw error
                }
            }
            try await context.clock.wait(.seconds(attempt))
            attempt += 1
        }
    }

    private func once(_ request: HTTPRequest) async throws(AWSError) -> HTTPResponse {
        do throws(HTTPError) {
            return try await context.http.send(request)
        } catch {
            throw .unreachable(error, "SSO service in \(profile.region)")
        }
    }

    private func refused(_ response: HTTPResponse, _ operation: String) -> AWSError {
        let said = CredentialDocument(response.body)
        let words = said?["message"] ?? said?["error_description"] ?? said?["error"]
        let status = response.status
        let isLogin = status == 401 || operation == "CreateToken" && status < 500 && status != 429
        if isLogin { return loginNeeded("the service refuses the login (\(operation), status \(status))") }
        let kind: AWSError.Kind =
            switch status {
            case 429: .throttle
            case 500...: .transient
            case 403: .auth
            case 404: .notFound
            default: .invalid
            }
        return AWSError(
            kind, words.map { Wording.shortened($0) } ?? "The answer has status \(status).", service: "SSO",
            operation: operation, status: status,
            hint: kind == .auth || kind == .notFound
                ? "Check sso_account_id \(profile.account) and sso_role_name \(profile.role)." : nil)
    }

    private func loginNeeded(_ why: String) -> AWSError {
        AWSError(
            .expired, "The SSO login of the profile \(profile.profile) cannot be used: \(why).",
            hint: "Run 'aws sso login --profile \(profile.profile)'.")
    }
}
