internal import FoundationEssentials
internal import LaunchCore

/// The calls to AWS's Security Token Service that credentials need.
///
/// Its replies are XML, read by libxml2. STS also supports JSON, but AWS does not document that, and moto expects
/// another request for it; S3 needs XML anyway.
package struct STS: Sendable {
    /// Sends one call with its fields; without a provider it is not signed.
    package typealias Call =
        @Sendable (
            _ operation: AWSOperation, _ fields: [(name: String, value: String)],
            _ provider: (any CredentialsProvider)?
        ) async throws(AWSError) -> XMLElement

    let call: Call

    package init(call: @escaping Call) {
        self.call = call
    }

    func assumeRole(
        _ request: RoleRequest, at now: Date, as provider: any CredentialsProvider
    ) async throws(AWSError) -> AWSCredentials {
        var fields = Self.fields(request, now)
        if let externalID = request.externalID { fields.append(("ExternalId", externalID)) }
        if let policy = request.policy { fields.append(("Policy", policy)) }
        if let duration = request.duration { fields.append(("DurationSeconds", String(duration))) }
        return try Self.credentials(try await call(.read("AssumeRole"), fields, provider), "AssumeRole")
    }

    func assumeRoleWithWebIdentity(
        _ request: RoleRequest, token: Secret, at now: Date
    ) async throws(AWSError) -> AWSCredentials {
        let fields = Self.fields(request, now) + [("WebIdentityToken", token.reveal())]
        let operation = AWSOperation.read("AssumeRoleWithWebIdentity", isSigned: false)
        do throws(AWSError) {
            return try Self.credentials(try await call(operation, fields, nil), operation.name)
        } catch {
            guard error.kind == .expired || error.code == "InvalidIdentityToken" else { throw error }
            var error = error
            error.hint = "The program that writes the web identity token file must renew the token."
            throw error
        }
    }

    /// Temporary credentials of the same user.
    package func sessionToken(
        seconds: Int, as provider: any CredentialsProvider
    ) async throws(AWSError) -> AWSCredentials {
        let fields = [(name: "DurationSeconds", value: String(seconds))]
        return try Self.credentials(try await call(.read("GetSessionToken"), fields, provider), "GetSessionToken")
    }

    package func callerIdentity(_ provider: any CredentialsProvider) async throws(AWSError) -> CallerIdentity {
        let answer = try await call(.read("GetCallerIdentity"), [], provider)
        let result = answer["GetCallerIdentityResult"]
        guard let arn = result?.text("Arn")?.stripped, let account = result?.text("Account")?.stripped, !arn.isEmpty
        else { throw Self.malformed("GetCallerIdentity", "the ARN or the account") }
        return CallerIdentity(arn: arn, account: account)
    }

    private static func fields(_ request: RoleRequest, _ now: Date) -> [(name: String, value: String)] {
        [("RoleArn", request.roleARN), ("RoleSessionName", request.session(at: now))]
    }

    private static func credentials(_ answer: XMLElement, _ operation: String) throws(AWSError) -> AWSCredentials {
        let result = answer["\(operation)Result"]
        let found = result?["Credentials"]
        guard let key = found?.text("AccessKeyId")?.stripped, let secret = found?.text("SecretAccessKey")?.stripped,
            let token = found?.text("SessionToken")?.stripped, let end = found?.text("Expiration")?.stripped,
            let expiration = AWSDate.parse(end), !key.isEmpty, !secret.isEmpty
        else { throw malformed(operation, "the credentials") }
        // arn:aws:sts::ACCOUNT:assumed-role/…
        let arn = result?["AssumedRoleUser"]?.text("Arn")?.split(separator: ":", omittingEmptySubsequences: false)
        let account = arn.flatMap { $0.count > 4 && !$0[4].isEmpty ? String($0[4]) : nil }
        return AWSCredentials(
            accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: Secret(token), expiration: expiration,
            accountID: account)
    }

    private static func malformed(_ operation: String, _ what: String) -> AWSError {
        AWSError(
            .malformed, "The answer is well-formed, but it does not contain \(what).",
            service: "STS", operation: operation)
    }
}

/// The identity of credentials.
public struct CallerIdentity: Sendable, Hashable, Codable {
    /// The user's or the assumed role's ARN.
    public var arn: String
    /// The account's 12 digits.
    public var account: String

    public init(arn: String, account: String) {
        self.arn = arn
        self.account = account
    }
}
